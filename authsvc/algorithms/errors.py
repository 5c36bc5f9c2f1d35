"""What can be wrong with an algorithm that we know: that this machine cannot do it."""

from authsvc.errors import AuthsvcError, Text


class AlgorithmUnavailable(AuthsvcError):
    """SM2 was asked for, and the system has no libcrypto (OpenSSL 3 or later) that can do it."""

    code = "algorithm.unavailable"
    title = Text("本机无法使用所选签名算法", "The signature algorithm is not available here")
    next_step = Text(
        "SM2 需要系统的 libcrypto（OpenSSL 3 或更高版本，且未禁用 SM2）；请安装，或改用 ES256",
        "SM2 needs the system's libcrypto (OpenSSL 3 or later, built with SM2): install it, or use"
        " ES256",
    )
