"""Bare extension objects; ``create_app`` binds them to an application."""

from flask_login import LoginManager
from flask_mail import Mail
from flask_migrate import Migrate
from flask_wtf import CSRFProtect

login_manager = LoginManager()
csrf = CSRFProtect()
mail = Mail()
migrate = Migrate()
