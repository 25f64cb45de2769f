"""What pages share: base form, paging, Jinja filters, context, error pages, static files."""

from flask import Flask

from kleinstadt_net.web import assets, context, converters, errors, filters, public_face, uploads


def init_app(app: Flask) -> None:
    """Attach parts of addresses, static files, filters, template context, error pages and the limits of uploads."""
    converters.init_app(app)
    assets.init_app(app)
    filters.init_app(app)
    context.init_app(app)
    errors.init_app(app)
    uploads.init_app(app)
    public_face.init_app(app)
