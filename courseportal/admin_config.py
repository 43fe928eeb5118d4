"""Which site `django.contrib.admin.site` is."""

from django.contrib.admin.apps import AdminConfig


class PortalAdminConfig(AdminConfig):
    default_site = "courseportal.admin_site.PortalAdminSite"
