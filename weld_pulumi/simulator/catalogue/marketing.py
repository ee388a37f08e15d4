"""Integrations for advertising, analytics and shops."""

from __future__ import annotations

from .model import REVERSE, SOURCE, Integration, Stream, plain, retired, schema

_DAY = ("date", "campaign_id")

MARKETING = (
    Integration(
        "google-ads",
        "Google Ads",
        abilities=(SOURCE, REVERSE),
        supports_start_date=True,
        settings=schema(
            "Google Ads Settings",
            {
                "ad_accounts": {
                    "type": "array",
                    "title": "Ad accounts",
                    # The choices stand on the array and not on its items: so does Weld's own example.
                    "anyOf": [
                        {"const": "1234567890", "title": "Main account"},
                        {"const": "2345678901", "title": "Nordics"},
                        {"const": "3456789012", "title": "Brand campaigns"},
                    ],
                }
            },
            required=["ad_accounts"],
        ),
        streams=(
            *plain("campaigns ad_groups ads", preselect=True),
            *plain("campaign_performance ad_group_performance ad_performance", "date", keys=_DAY),
            *plain("keyword_performance search_term_performance geo_performance", "date", keys=_DAY),
            *plain("accounts keywords labels conversion_actions"),
            retired("expanded_text_ads", instead="ads", details="Google serves responsive ads only."),
        ),
    ),
    Integration(
        "facebook-ads",
        "Facebook Ads",
        abilities=(SOURCE, REVERSE),
        supports_start_date=True,
        settings=schema(
            "Facebook Ads Settings",
            {
                "ad_accounts": {
                    "type": "array",
                    "title": "Ad accounts",
                    "items": {
                        "anyOf": [
                            {"const": "act_101", "title": "Europe"},
                            {"const": "act_102", "title": "North America"},
                        ]
                    },
                },
                "lookback_days": {
                    "type": "integer",
                    "title": "Days to look back",
                    "minimum": 1,
                    "maximum": 90,
                    "default": 28,
                },
                "action_breakdown": {
                    "type": "string",
                    "title": "Action breakdown",
                    "enum": ["action_type", "action_device", "action_destination"],
                    "default": "action_type",
                },
            },
            required=["ad_accounts"],
        ),
        streams=(
            *plain("campaigns ad_sets ads", "updated_time", preselect=True),
            Stream("ads_insights", ("ads_insights_actions",), "date_start", ("ad_id", "date_start"), preselect=True),
            *plain("ads_insights_country ads_insights_age_and_gender", "date_start", keys=("ad_id", "date_start")),
            *plain("ad_creatives custom_audiences images videos"),
        ),
    ),
    Integration(
        "xAds",
        "X Ads",
        supports_start_date=True,
        settings=schema(
            "X Ads Settings",
            {"account_ids": {"type": "array", "title": "Accounts", "items": {"type": "string"}}},
        ),
        streams=(
            *plain("accounts campaigns line_items", "updated_at", preselect=True),
            *plain("promoted_tweets funding_instruments media_creatives", "updated_at"),
            *plain("campaign_analytics line_item_analytics", "date", keys=_DAY),
        ),
    ),
    Integration(
        "linkedin-ads",
        "LinkedIn Ads",
        supports_start_date=True,
        settings=schema("LinkedIn Ads Settings", {}),
        streams=(
            *plain("accounts campaign_groups campaigns creatives", "lastModified", preselect=True),
            *plain("ad_analytics_by_campaign ad_analytics_by_creative", "date", keys=_DAY),
        ),
    ),
    Integration(
        "amazon-ads",
        "Amazon Ads",
        min_required_plan="BUSINESS",
        supports_start_date=True,
        settings=schema(
            "Amazon Ads Settings",
            {
                "region": {"type": "string", "title": "Region", "enum": ["NA", "EU", "FE"]},
                "profiles": {"type": "array", "title": "Profiles", "items": {"type": "string"}},
            },
            required=["region"],
        ),
        streams=(
            *plain("profiles portfolios campaigns ad_groups keywords targets", preselect=True),
            *plain("sponsored_products_report sponsored_brands_report", "date", keys=_DAY),
        ),
    ),
    Integration(
        "google-analytics",
        "Google Analytics 4",
        supports_start_date=True,
        settings=schema(
            "Google Analytics Settings",
            {
                "account": {"type": "string", "title": "Account", "oneOf": [{"const": "accounts/1", "title": "Web"}]},
                "property": {"type": "string", "title": "Property"},
            },
            required=["account", "property"],
            # A property can only be chosen once the account is known.
            dependencies={"property": ["account"]},
        ),
        streams=(
            *plain("sessions traffic_sources pages events conversions", "date", keys=("date", "property_id")),
            *plain("audiences demographics devices", "date", keys=("date", "property_id")),
        ),
    ),
    Integration(
        "google-search-console",
        "Google Search Console",
        supports_start_date=True,
        settings=schema(
            "Search Console Settings",
            {"site_urls": {"type": "array", "title": "Sites", "items": {"type": "string", "format": "uri"}}},
        ),
        streams=plain("sites search_analytics_by_page search_analytics_by_query", "date", keys=("date", "site_url")),
    ),
    Integration(
        "klaviyo",
        "Klaviyo",
        abilities=(SOURCE, REVERSE),
        settings=schema("Klaviyo Settings", {}),
        streams=(
            *plain("profiles events campaigns flows lists segments", "updated", preselect=True),
            *plain("metrics templates coupons forms"),
        ),
    ),
    Integration(
        "shopify",
        "Shopify",
        supports_start_date=True,
        settings=schema(
            "Shopify Settings",
            {
                "include_deleted": {"type": "boolean", "title": "Include deleted records", "default": False},
                "tax_included": {"type": "boolean", "title": "Prices include tax", "default": True},
            },
        ),
        streams=(
            Stream("orders", ("order_line_items", "order_discounts", "order_tax_lines"), "updated_at", preselect=True),
            Stream("customers", ("customer_addresses",), "updated_at", preselect=True),
            Stream("products", ("product_variants", "product_images"), "updated_at", preselect=True),
            *plain("abandoned_checkouts collections fulfillments locations price_rules", "updated_at"),
            *plain("order_refunds order_transactions inventory_items inventory_levels", "updated_at"),
            retired("order_risks", instead="order_risk_assessments", removal="2026-10-01"),
            *plain("order_risk_assessments"),
            Stream("shop", selectable=False),
        ),
    ),
    Integration(
        "mailchimp",
        "Mailchimp",
        settings=schema("Mailchimp Settings", {}),
        streams=(
            Stream("lists", ("list_members", "list_segments"), preselect=True),
            *plain("campaigns reports email_activity automations"),
        ),
    ),
)
