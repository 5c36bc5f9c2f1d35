"""Things to follow: a platform, the person's app, the smallest client. None imports authsvc."""
