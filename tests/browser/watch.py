"""What a page must not do while somebody uses it: break the content policy, complain, or ask elsewhere."""

from dataclasses import dataclass, field

from playwright.sync_api import BrowserContext, ConsoleMessage, Page, Request

# Runs before anything of the page; says in the console what the policy forbade.
_TELL_VIOLATIONS = """
addEventListener("securitypolicyviolation", (event) =>
  console.error(`policy: ${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}:${event.lineNumber}`));
"""
# The browser notes each refusal by the rules (409, 422) and each page that is missing; that is no complaint of ours.
_ANSWERED_4XX = "Failed to load resource: the server responded with a status of 4"


@dataclass
class Watch:
    """Everything the pages of one context complained of, and whom they asked."""

    complaints: list[str] = field(default_factory=list)
    requests: list[Request] = field(default_factory=list)

    @classmethod
    def over(cls, context: BrowserContext) -> "Watch":
        """Begin to watch every page of the context."""
        watch = cls()
        context.add_init_script(_TELL_VIOLATIONS)
        context.on("page", watch._attend)
        context.on("request", watch._note)
        return watch

    def _attend(self, page: Page) -> None:
        page.on("console", self._hear)
        page.on("pageerror", lambda error: self.complaints.append(f"{page.url}: {error}"))

    def _note(self, request: Request) -> None:
        self.requests.append(request)

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and not message.text.startswith(_ANSWERED_4XX):
            self.complaints.append(f"{message.location.get('url')}: {message.text}")
