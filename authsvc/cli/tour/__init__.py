"""The mission, walked on loopback by `authsvc demo`: real processes, real requests, real files.

    servers.py   starts and stops the register, the service and the platform as processes
    browser.py   a browser without a window
    thief.py     searches a stolen database for a person and for their platforms
    story.py     how a step is told
    steps.py     the tour itself

Nothing here is imported by the service.
"""
