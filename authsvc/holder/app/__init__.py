"""The person's app: a progressive web app at `/app/`, files and nothing else.

In: requests for a page, modules, a style sheet, a manifest. Out: these files, read once, with an
ETag each. What the app knows it asks by the JSON APIs like anybody else, so nothing here knows a
person, a session or another room.

The page has no inline script and no inline style, and its policy lets it load from and speak to
this origin alone. The modules are what the browser runs: there is no build step.
"""
