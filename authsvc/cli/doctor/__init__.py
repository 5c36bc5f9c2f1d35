"""Is this deployment sound? One file per thing that is looked at; each looks and changes nothing.

In: settings. Out: findings, each with what was found and what to do about it.
"""
