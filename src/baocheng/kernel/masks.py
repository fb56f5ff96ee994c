"""What pages show of personal data before somebody asks for it with a reason."""


def mask_name(name: str) -> str:
    """Keep the first character: 王*."""
    return name[:1] + "*" * (len(name) - 1)


def mask_resident_id(number: str) -> str:
    """Keep the province and district digits and the last four: 310***********1234."""
    return _keep(number, 3, 4)


def mask_uscc(code: str) -> str:
    """Keep the whole code: companies publish theirs."""
    return code


def mask_phone(number: str) -> str:
    """Keep the network and the last four: 138****1234."""
    return _keep(number, 3, 4)


def mask_bank_card(number: str) -> str:
    """Keep the last four: ************1234."""
    return _keep(number, 0, 4)


def mask_plate(number: str) -> str:
    """Keep the plate: everybody in the street sees it."""
    return number


def _keep(text: str, first: int, last: int) -> str:
    """Mask all but the first and last characters; of a short text nothing is kept."""
    if len(text) <= first + last:
        return "*" * len(text)
    return text[:first] + "*" * (len(text) - first - last) + text[len(text) - last :]
