"""May this computer be signed in as the phone is? The person says so, on the phone.

In: a computer that asks, a phone's living session, and the number that the person sees. Out:
`SignedIn`, once, for the computer. Nothing here knows pages or platforms.
"""
