"""Integrations for selling, billing and helping customers."""

from __future__ import annotations

from .model import REVERSE, SOURCE, Integration, Stream, plain, retired, schema

BUSINESS = (
    Integration(
        "stripe",
        "Stripe",
        supports_start_date=True,
        settings=schema(
            "Stripe Settings",
            {"account": {"type": "string", "title": "Account", "description": "Id of a connected account"}},
        ),
        streams=(
            *plain("charges customers products subscriptions", "created", preselect=True),
            Stream("invoices", ("invoice_line_items", "invoice_discounts"), "created", preselect=True),
            Stream("payouts", ("payout_balance_transactions",), "created"),
            Stream("checkout_sessions", ("checkout_session_line_items",), "created"),
            Stream("credit_notes", ("credit_note_line_items",), "created"),
            *plain("balance_transactions refunds disputes events payment_intents setup_intents", "created"),
            *plain("coupons plans prices promotion_codes invoice_items transfers topups files", "created"),
            *plain("accounts application_fees shipping_rates tax_rates quotes payment_methods"),
            Stream("subscription_items", (), "created"),
            Stream("early_fraud_warnings", selectable=False),
            retired(
                "orders",
                instead="payment_intents",
                removal="2026-12-31",
                details="Stripe closed its Orders API.",
            ),
            retired("sources", instead="payment_methods"),
        ),
    ),
    Integration(
        "salesforce",
        "Salesforce",
        abilities=(SOURCE, REVERSE),
        settings=schema(
            "Salesforce Settings",
            {
                "use_bulk_api": {"type": "boolean", "title": "Use the Bulk API", "default": True},
                "include_deleted": {"type": "boolean", "title": "Include deleted records", "default": False},
            },
        ),
        streams=(
            *plain("accounts contacts leads opportunities", "SystemModstamp", keys=("Id",), preselect=True),
            *plain("campaigns campaign_members cases contracts events orders", "SystemModstamp", keys=("Id",)),
            *plain("order_items price_books products quotes tasks users", "SystemModstamp", keys=("Id",)),
            *plain("opportunity_line_items opportunity_history lead_history", "CreatedDate", keys=("Id",)),
            *plain("record_types user_roles groups profiles periods", "SystemModstamp", keys=("Id",)),
            Stream("attachments", selectable=False, primary_keys=("Id",)),
            retired("account_feed", instead="feed_items", details="Feeds are one stream now."),
            Stream("feed_items", pointer="SystemModstamp", primary_keys=("Id",)),
        ),
    ),
    Integration(
        "hubspot",
        "HubSpot",
        abilities=(SOURCE, REVERSE),
        settings=schema(
            "HubSpot Settings",
            {
                "properties_with_history": {
                    "type": "array",
                    "title": "Properties to keep the history of",
                    "items": {"type": "string"},
                    "default": [],
                },
                "include_archived": {"type": "boolean", "title": "Include archived records", "default": False},
            },
        ),
        streams=(
            Stream("contacts", ("contact_lists", "contact_property_history"), "lastmodifieddate", preselect=True),
            Stream("companies", ("company_property_history",), "hs_lastmodifieddate", preselect=True),
            Stream("deals", ("deal_companies", "deal_contacts", "deal_stage_history"), "hs_lastmodifieddate"),
            *plain("tickets line_items products quotes calls meetings notes tasks", "hs_lastmodifieddate"),
            *plain("emails email_events forms owners pipelines campaigns workflows"),
            retired("engagements", instead="meetings", removal="2026-09-01"),
        ),
    ),
    Integration(
        "pipedrive",
        "Pipedrive",
        streams=(
            *plain("deals persons organizations activities leads", "update_time", preselect=True),
            *plain("notes products pipelines stages users files", "update_time"),
        ),
        settings=schema("Pipedrive Settings", {}),
    ),
    Integration(
        "zendesk",
        "Zendesk",
        # No settings at all: the answer is empty.
        streams=(
            Stream("tickets", ("ticket_custom_fields", "ticket_tags"), "updated_at", preselect=True),
            *plain("users organizations groups ticket_metrics satisfaction_ratings", "updated_at"),
            *plain("macros brands schedules sla_policies ticket_comments ticket_audits triggers views"),
        ),
        supports_start_date=True,
    ),
    Integration(
        "intercom",
        "Intercom",
        settings=schema(
            "Intercom Settings",
            {"region": {"type": "string", "title": "Region", "enum": ["us", "eu", "au"], "default": "us"}},
        ),
        streams=(
            Stream("conversations", ("conversation_parts", "conversation_tags"), "updated_at", preselect=True),
            *plain("contacts companies admins teams tags segments articles", "updated_at"),
        ),
    ),
    Integration(
        "economic",
        "e-conomic",
        streams=(
            Stream("invoices_booked", ("invoices_booked_lines",), "date", preselect=True),
            *plain("accounts accounting_years customers products suppliers journals entries"),
        ),
        settings=schema("e-conomic Settings", {}),
        supports_start_date=True,
        min_required_plan="BUSINESS",
    ),
    Integration(
        "xero",
        "Xero",
        streams=(
            Stream("invoices", ("invoice_line_items",), "UpdatedDateUTC", preselect=True),
            Stream("bank_transactions", ("bank_transaction_line_items",), "UpdatedDateUTC"),
            *plain("accounts contacts credit_notes journals payments tax_rates", "UpdatedDateUTC"),
        ),
        settings=schema(
            "Xero Settings",
            {"tenant_ids": {"type": "array", "title": "Organisations", "items": {"type": "string"}, "minItems": 1}},
            required=["tenant_ids"],
        ),
        min_required_plan="BUSINESS",
    ),
)
