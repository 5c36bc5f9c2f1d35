"""How do we speak HTTP?

In comes a raw ASGI request, out goes an answer; between them every room sees only `HTTPRequest`,
`HTTPResponse` and typed structs. The readers are strict (WHATWG form encoding, RFC 8259 JSON):
bounded, valid UTF-8, no parameter and no member twice. Every `AuthsvcError` leaves as problem
JSON (RFC 9457), as a page, or in the manner its mount asks for; only this room knows HTTP
status codes. Security headers, cookies, languages, templates and the log's allow-list live here,
and the one way out to addresses that strangers name: `Fetcher`.

This room must not know any other room, what a request is about, or anything that was presented:
neither problems nor log lines repeat it.
"""
