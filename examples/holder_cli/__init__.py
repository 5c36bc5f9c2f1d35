"""The person's app, on the command line: from a document's chip to an online number, and back.

    python -m examples.holder_cli enroll --service URL --chip FILE --holder FILE
    python -m examples.holder_cli take-over LINK
    python -m examples.holder_cli show
    python -m examples.holder_cli sign-in
    python -m examples.holder_cli replace --chip FILE --holder FILE
    python -m examples.holder_cli log | devices | export FILE | freeze
    python -m examples.holder_cli opt-out

    device.py      what stays on the device: the key that never leaves it, the certificate
    service.py     the service's HTTP interface, as an app sees it
    enrolling.py   the steps of an enrollment, taken up where they were left
    __main__.py    the commands

On a phone the chip is read by NFC, the picture is taken by the camera, and the key is made in
secure hardware. Here two files stand in for the first two, and a file of mode 0600 for the third.
"""
