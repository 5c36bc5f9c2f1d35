"""How does an applicant become a subscriber, stay one when documents change, and leave?

In: a chip reading, a picture of the holder, a phone number, a sign-in name and password, a
certificate request (NIST SP 800-63A: resolution, validation, verification). Out: a subscriber with
an online number and a device certificate; or, for a person whose document was replaced, the same
number and a new certificate.

    begin -> document -> holder-check -> phone -> phone-confirmation -> credentials
          -> certificate-request -> completed
                     (a person who is known already goes from holder-check to certificate-request)

What an applicant has sent rests sealed, loses each part when it is needed no more, and is erased
whole after a day. Afterwards the register's feed and its signed push keep certificates true to
their documents (`document_changes`), and `leaving` takes a person out again.

The room does not know how a sign-in name is checked or a password hashed: `SignInCredentials` is
handed to it. It does not know platforms, sessions or pages.
"""
