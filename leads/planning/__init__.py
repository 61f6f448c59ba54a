"""What is to be done about a lead, when, in which words, and why?"""
