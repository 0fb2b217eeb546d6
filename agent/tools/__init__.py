"""The tools a model sees. Identity, safety, audit and consent are not among them: they are code on every path."""

from langchain_core.tools import BaseTool

from agent.tools.chart import ehr_lookup
from agent.tools.knowledge_base import retrieve_knowledge_base
from agent.tools.own_records import database_query
from agent.tools.pharmacy import pharmacy_orders_and_fulfillment
from agent.tools.scheduling import referrals_and_scheduling
from agent.tools.supplies import commodity_orders_and_fulfillment
from agent.tools.triage import triage_and_risk_flagging

TOOLS: tuple[BaseTool, ...] = (
    triage_and_risk_flagging,
    retrieve_knowledge_base,
    ehr_lookup,
    commodity_orders_and_fulfillment,
    pharmacy_orders_and_fulfillment,
    referrals_and_scheduling,
    database_query,
)

__all__ = ["TOOLS"]
