"""How a person leaves: here, and at the platforms that they were signed in to from here.

In: a browser that is sent to the end session endpoint, or a session that ends elsewhere. Out: a
logout token to every platform that gave an address for it (Back-Channel Logout 1.0), a page with
the frames of those that want to be visited (Front-Channel Logout 1.0), and the way back.

A platform knows a session by a name that no other platform is told (`sid`), and what one session
was used for is forgotten with it.
"""
