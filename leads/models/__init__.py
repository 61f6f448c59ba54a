"""Who the prospects are, what was said, and what became known of them."""

from leads.models.acting import Action, ActionPlan, ActionState, Consent, Purpose
from leads.models.crm import CrmKind, CrmRecord
from leads.models.known import Change, Flow, PipelineStage, SlotFact, StageMove
from leads.models.lead import Agreement, Lead, Overlay, Side, Stage
from leads.models.lists import LeadImport, SavedFilter, ScoringModel
from leads.models.talk import Conversation, Medium, Message, MessageManager, Said, Speaker

__all__ = [
    "Action",
    "ActionPlan",
    "ActionState",
    "Agreement",
    "Change",
    "Consent",
    "Conversation",
    "CrmKind",
    "CrmRecord",
    "Flow",
    "Lead",
    "LeadImport",
    "Medium",
    "Message",
    "MessageManager",
    "Overlay",
    "PipelineStage",
    "Purpose",
    "Said",
    "SavedFilter",
    "ScoringModel",
    "Side",
    "SlotFact",
    "Speaker",
    "Stage",
    "StageMove",
]
