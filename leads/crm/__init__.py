"""How do our leads and the contacts of a CRM stay one and the same?"""
