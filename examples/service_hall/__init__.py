"""A service hall: a person applies from home, and the hall has it carried out elsewhere.

Four services: a lost card is replaced, a household moves to another province, a residence permit is
linked, and "one thing" for whoever is new in town, with one consent. The hall learns who
somebody is only where a law names it, and what departments attest only for the service at hand.

Where to look first:

    online_number.py   the whole FAPI 2.0 client: pushed requests, signed assertion, bound tokens
    services.py        what each service asks for, and how little that is
    answers.py         what is believed of an answer, and of what departments signed
    filing_pages.py    asked, told, filed
    progress_pages.py  how far it has come, and what is attested now
    back_office/       another organisation, which carries it out

It knows nothing of the service's code: everything it needs stands in the service's discovery
document and in the values on its command line.
"""
