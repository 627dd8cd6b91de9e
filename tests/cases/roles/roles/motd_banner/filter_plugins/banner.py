"""A filter that a role brings along."""


class FilterModule:
    def filters(self):  # type: ignore[no-untyped-def]
        return {"boxed": lambda text: f"[ {text} ]"}
