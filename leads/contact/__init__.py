"""May somebody be contacted: where they are, what they agreed to, which hours are quiet, how often is too often?"""

from leads.contact.facts import Facts, Rule, Talked, Verdict
from leads.contact.ledger import Line
from leads.contact.rules import Rules, rules_of
from leads.contact.verdict import may_contact

__all__ = ["Facts", "Line", "Rule", "Rules", "Talked", "Verdict", "may_contact", "rules_of"]
