"""The app as a wallet: certificates are fetched, shown once each, and worth nothing when frozen."""


def test_a_wallet_from_fetching_to_freezing(new_hands):
    hands = new_hands()
    hands.opts_in("wallet-holder")
    hands.open("certificate")
    assert "none" in hands.sees("#wallet-stock")
    hands.click("#fetch-certificates")
    hands.page.wait_for_selector("#wallet-stock:has-text('20 platforms')")
    assert "20 counters" in hands.sees("#wallet-stock")
