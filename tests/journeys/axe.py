"""axe-core (Deque Systems, MPL-2.0) looks at a page as assistive technology would.

It is installed by npm beside the tests, and nothing of it is in this repository. A fault that it
calls serious or critical is one; what it is not sure of is for people to look at.
"""

from playwright.sync_api import BrowserContext, Page

from tests.interop.packages import installed_packages

_GRAVE = {"serious", "critical"}
_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def bring_axe(context: BrowserContext) -> None:
    """Every page of a context has axe at hand, whatever its policy says of scripts."""
    axe = installed_packages() / "node_modules" / "axe-core" / "axe.min.js"
    context.add_init_script(path=axe)


def grave_faults(page: Page) -> list[str]:
    """What is gravely wrong with the page that is shown, and where."""
    found = page.evaluate(
        "rules => axe.run(document, {runOnly: rules, resultTypes: ['violations']})", _RULES
    )
    return [
        f"{fault['impact']} {fault['id']} at {node['target']}: {node['failureSummary']}"
        for fault in found["violations"]
        if fault["impact"] in _GRAVE
        for node in fault["nodes"]
    ]
