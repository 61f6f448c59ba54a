"""How does somebody's file of people become leads?"""
