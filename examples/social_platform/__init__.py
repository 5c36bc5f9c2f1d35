"""The Square: a little social network that lets people prove they are real, if they like.

It has accounts of its own as ever (handle, password, code by SMS). Beside them stands "verify with
online number": one OpenID Connect round trip, after which the platform holds a pseudonym that is
its own alone, and a badge. It never learns a name or an identity number.

Where to look first:

    online_number.py   the whole OpenID Connect client, by Authlib and joserfc
    verifications.py   one verified account per person, also after unlinking
    verification_pages.py   what a person sees of both
    certificates.py    the other way: a certificate that an app shows, unseen by the service
    receipts.py        what we keep to show that our duty is done, without who anybody is
    site.py            where everything meets

It knows nothing of the service's code: everything it needs stands in the service's discovery
document and in the values on its command line.
"""
