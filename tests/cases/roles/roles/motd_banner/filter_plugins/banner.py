"""A filter that a role brings along."""


class FilterModule:
    def filters(self) -> dict[str, object]:
        return {"boxed": lambda text: f"[ {text} ]"}
