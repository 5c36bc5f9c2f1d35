"""The toolkit's views where the benchmark needs a word more."""

import json
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from oauth2_provider.models import Application
from oauth2_provider.views import AuthorizationView, ConnectDiscoveryInfoView


class Discovery(ConnectDiscoveryInfoView):
    """The metadata, and in it the introspection endpoint, which the toolkit leaves out."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """The toolkit's document with one member more."""
        document = json.loads(super().get(request, *args, **kwargs).content)
        at = self._get_endpoint_url(request, "introspect", required=True)
        return JsonResponse({**document, "introspection_endpoint": at})


class Authorization(AuthorizationView):
    """Consent that is remembered.

    The toolkit remembers it by the person's living access tokens, and reads them all at each
    request (`approval_prompt=auto`): for one person who signs in all day, as in a benchmark, that
    takes longer and longer. Here the application is marked once the one person there is has agreed,
    which asks the database for nothing; this can only make the peer faster.
    """

    template_name = "approve.html"

    def form_valid(self, form: Any) -> HttpResponse:
        """The answer to the form, as the toolkit gives it."""
        client_id = form.cleaned_data["client_id"]
        Application.objects.filter(client_id=client_id).update(skip_authorization=True)
        return super().form_valid(form)
