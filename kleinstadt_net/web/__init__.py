"""What pages share: base form, paging, Jinja filters, context, error pages, static files."""

from flask import Flask

from kleinstadt_net.web import assets, context, errors, filters


def init_app(app: Flask) -> None:
    """Attach static files, filters, template context and error pages."""
    assets.init_app(app)
    filters.init_app(app)
    context.init_app(app)
    errors.init_app(app)
