"""How does the house talk with HighLevel: what comes in is kept once, what goes out is written once?"""
