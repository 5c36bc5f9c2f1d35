"""What do we tell a platform about a subscriber?

An OpenID Provider (OpenID Connect Core 1.0 on OAuth 2.1 manners): where a browser carries the
answer, authorization code flow only, PKCE with S256, exact redirect URIs, `iss` in every response;
where none does, device codes (RFC 8628) and CIBA. One file per endpoint, named as the metadata
names it (RFC 8414); what belongs together lies in a chamber:

    authorize     how a request comes in and how its answer goes out
    interaction   what a person sees between the two
    backchannel   asked for at one device, decided at another
    crossdevice   a sign-in on a computer, approved on the phone
    token         grants go in, tokens come out; is this one still good?
    claims        what is told about a person, to whom, and where
    logout        how a person leaves, here and at the platforms

In: a platform's request and a person's decision. Out: a pairwise subject, and, where asked for and
consented to, predicates about age; never a name, a number or a birth date.

A grant is found by a keyed digest and names its platform only under the person's own key; a refresh
token family names it only under the service key; an access token leaves no row at all. What was
issued before `Subscriber.credentials_valid_from`, or under a grant withdrawn since, is dead.
"""
