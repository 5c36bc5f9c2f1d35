"""How do we speak HTTP?"""
