"""What does the admin show of the leads? What is known of them and how they moved, the pipeline's meaning, files on their way in."""

from __future__ import annotations

from django.contrib import admin

from enterprisehub.tenants.admin_base import ReadOnlyAdmin, TenantAdmin
from leads.admin_scoring import ScoringModelPage
from leads.models import Consent, Flow, LeadImport, PipelineStage, SlotFact, StageMove

__all__ = ["ScoringModelPage"]


@admin.register(PipelineStage)
class PipelineStagePage(TenantAdmin):
    """Which of the nine stages each stage of the tenant's HighLevel pipelines means."""

    reads = writes = "settings.manage"
    may_add = may_delete = True
    list_display = ("name", "pipeline", "stage")
    list_filter = ("stage",)
    list_select_related = ("tenant",)
    search_fields = ("name", "pipeline")
    fields = ("pipeline", "name", "stage")


@admin.register(SlotFact)
class SlotFactPage(ReadOnlyAdmin):
    """Every fact as it came about: who or what found it, and how sure."""

    reads = "leads.read.all"
    list_display = ("at", "lead", "name", "value", "change", "extractor", "confidence", "offered")
    list_filter = ("name", "change", "extractor", "offered")
    list_select_related = ("lead", "tenant")
    exclude = ("tenant",)


@admin.register(StageMove)
class StageMovePage(ReadOnlyAdmin):
    reads = "leads.read.all"
    list_display = ("at", "lead", "from_stage", "to_stage", "from_overlay", "to_overlay", "mover", "reason")
    list_filter = ("mover", "to_stage", "to_overlay")
    list_select_related = ("lead", "tenant")
    exclude = ("tenant",)


@admin.register(Consent)
class ConsentPage(ReadOnlyAdmin):
    """The ledger of consent; it is added to on the lead's page, by the API and by what prospects say."""

    reads = "consents.read"
    list_display = ("at", "lead", "given", "medium", "purpose", "source", "text_version")
    list_filter = ("given", "medium", "purpose", "source")
    list_select_related = ("lead", "tenant")
    exclude = ("tenant",)


@admin.register(Flow)
class FlowPage(ReadOnlyAdmin):
    reads = "leads.read.all"
    list_display = ("started_at", "lead", "agent", "completeness", "hand_off", "ended_at")
    list_filter = ("hand_off",)
    list_select_related = ("lead", "agent", "tenant")
    exclude = ("tenant",)


@admin.register(LeadImport)
class LeadImportPage(ReadOnlyAdmin):
    """Files of leads: how many rows are in, and what was wrong with the others. The file itself is shown to nobody."""

    reads = "settings.manage"
    list_display = ("created_at", "file_name", "state", "rows", "created", "merged", "unchanged", "refused")
    list_filter = ("state",)
    list_select_related = ("owner__user", "tenant")
    exclude = ("tenant", "content")
