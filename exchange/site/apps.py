from django.apps import AppConfig


class SiteConfig(AppConfig):
    name = "exchange.site"
    label = "site"
