"""How does an applicant become a subscriber, stay one when documents change, and leave?

In: a chip reading, a picture of the holder, a phone number, a sign-in name and password, a
certificate request (NIST SP 800-63A: resolution, validation, verification). Out: a subscriber with
an online number and a device certificate; or, for a person whose document was replaced, the same
number and a new certificate.

    enroll     document -> holder-check -> [guardian] -> phone -> phone-confirmation -> credentials
               -> certificate-request    (a known person with a new document: without the middle)
    recover    document -> holder-check -> credentials -> (a wait) -> certificate-request
    unfreeze   document -> holder-check

At a counter (`in_person`) two agents stand in for the picture, and who has no phone ends with
`number` instead of phone and certificate request.

What an applicant has sent rests sealed, loses each part when it is needed no more, and is erased
whole after a day (a recovery: a week after its wait). Afterwards the register's feed and its signed
push keep certificates true to their documents (`document_changes`), `freezing` puts a person aside,
and `leaving` takes them out again.

The room does not know how a sign-in name is checked or a password hashed: `SignInCredentials` is
handed to it. It does not know platforms, sessions or pages.
"""
