"""Ages, on China's calendar: a birthday begins at midnight in China, not in Greenwich."""

from datetime import date

# Below this age a guardian consents to each use of the online number (PIPL article 31; Measures on
# the National Network Identity Authentication Public Service, article 5 of the draft).
GUARDED_BELOW = 14
# From this age on nobody is anybody's ward (Civil Code article 17).
OF_AGE = 18


def age_on(birth_date: date, day: date) -> int:
    """Full years lived. Whoever was born on 29 February is a year older on 1 March."""
    had_birthday = (day.month, day.day) >= (birth_date.month, birth_date.day)
    return day.year - birth_date.year - (0 if had_birthday else 1)
