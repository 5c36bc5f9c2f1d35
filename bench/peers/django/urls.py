"""Where the peer's endpoints are."""

from django.contrib.auth.views import LoginView
from django.urls import include, path

from bench.peers.django.views import Authorization, Discovery

urlpatterns = [
    path("login", LoginView.as_view(template_name="sign_in.html")),
    path("authorize/", Authorization.as_view()),
    path(".well-known/openid-configuration", Discovery.as_view()),
    path("", include("oauth2_provider.urls", namespace="oauth2_provider")),
]
