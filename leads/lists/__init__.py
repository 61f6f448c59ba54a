"""Which leads does somebody see, and what can be done with many of them at once?"""
