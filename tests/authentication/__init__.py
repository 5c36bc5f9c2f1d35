"""Is the claimant the subscriber?"""
