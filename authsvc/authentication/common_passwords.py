"""What anybody would guess first, of eight characters and more, in lower case.

Runs and repetitions (12345678, aaaaaaaa) are found by rule and not listed.
"""

COMMON_PASSWORDS = frozenset(
    """
    00001111 00112233 01020304 09876543210 0987654321a 10101010 1020304050 11112222 11223344
    1122334455 112233445566 11235813 12121212 12123434 12301230 12312312 123123123 12312345
    123123aa 123123qq 12321232 12332112 123321123 12341234 123454321 123456789a 123456789q
    12345678a 12345678q 1234567a 1234567q 123456aa 123456ab 123456abc 123456as 123456qq 123456qw
    123456qwe 123456zx 1234abcd 1234qwer 123654789 123698745 123789456 123abc123 123qwe123
    123qweasd 13131313 13145200 131452000 13145201314 1314520a 14725836 147258369 147852369
    159357159 159357456 159753456 15975346 1a2b3c4d 1q2w3e4r 1q2w3e4r5t 1q2w3e4r5t6y 1qa2ws3ed
    1qaz1qaz 1qaz2wsx 1qaz2wsx3edc 1qazxsw2 20082008 20202020 22334455 31415926 314159265
    3rjs1la7qe 43214321 45612378 456789123 52013140 520131400 5201314520 5201314a 5211314a
    52152152 55667788 58585858 66668888 741852963 78945612 789456123 7894561230 78963214
    789632145 87654321a 88886666 88889999 963852741 987456321 98765432a 99998888 a1234567
    a12345678 a123456789 a1a1a1a1 a1b2c3d4 a1s2d3f4 aa112233 aa123123 aa123456 aa12345678
    aaa11111 aaa111222 aaa123123 aaa12345 aaaa1111 aaaaaaa1 ab123456 abc12345 abc123456
    abc123456789 abcabc123 abcd1234 abcd123456 abcde12345 access14 admin123 admin1234
    admin123456 admin888 adminadmin administrator adobe123 alexander america1 andrea12 angel123
    arsenal1 as123456 asd12345 asd123456 asd123asd asdasd123 asdasdasd asdf1234 asdfasdf
    asdfgh12 asdfghjk asdfghjkl asdqwe123 ashley12 authsvc1 authsvc123 babygirl barcelona
    baseball baseball1 basketball batman123 beautiful benjamin bismillah blink182 brooklyn
    butterfly caonima123 caonima1314 carolina caroline catherine changeme changeme1 charlie1
    chelsea1 chocolate christian christopher computer computer1 corvette creative danielle
    december diamond1 dongdong dragon123 elephant elizabeth everything evolution exigent1
    fang1234 february fernando flamingo football football1 formula1 freedom1 fuckyou1 fuckyou123
    garfield ginger12 guest123 hahaha123 hallo123 hannah12 happy123 hello123 hello1234
    hellohello iloveyou iloveyou1 iloveyou123 iloveyou2 iloveyou520 internet jasmine1 jennifer
    jiayou123 jonathan jordan23 justin12 killer12 kimberly leonardo letmein1 letmein123 li123456
    limited1 liu123456 liverpool liverpool1 loveyou1 loveyou520 manchester marlboro master12
    master123 mercedes metallica michael1 michelle midnight monkey12 monkey123 motorola mustang1
    mypassword naruto123 nicholas ninja123 november october1 onlinenumber p@ssw0rd p@ssword
    pa55w0rd pa55word pass1234 passpass passw0rd passw0rd1 password password! password00
    password01 password1 password1! password11 password12 password123 password1234 password12345
    password2 password7 password@123 patricia phoenix1 platinum playboy1 pokemon1 pokemon123
    portugal princess princess1 q1234567 q12345678 q123456789 q1w2e3r4 q1w2e3r4t5 q1w2e3r4t5y6
    qaz123456 qazqazqaz qazwsx12 qazwsx123 qazwsxed qazwsxedc qq111111 qq123123 qq123456
    qq12345678 qq123456789 qq1314520 qq5201314 qwaszx12 qwe12345 qwe123456 qwe123qwe qweasd123
    qweasdzx qweasdzxc qweqwe123 qweqweqwe qwer1234 qwer12345 qwer123456 qwerasdf qwerqwer
    qwerty01 qwerty11 qwerty12 qwerty123 qwerty1234 qwerty12345 qwertyui qwertyuiop rainbow1
    rockstar1 root1234 samantha samsung1 samsung123 scorpion secret123 september serenity
    shanghai1 slipknot snowball softball spiderman starwars starwars1 steelers success1
    sunflower sunshine sunshine1 superman superman1 superstar swordfish taobao123 target123
    taylor12 tennis12 test1234 test12345 testtest tianshi1 trustno1 twilight undertaker
    valentina vanessa1 veronica victoria wang1234 wang123456 wangyut2 welcome1 welcome123
    william1 windows1 wo123456 woaini11 woaini12 woaini123 woaini1234 woaini13 woaini1314
    woaini520 woaini5201314 woaini521 woainima wocaonima wodemima wojiushiwo xiaoming1 xiaoxiao
    yankees1 z1234567 z12345678 z123456789 zaq12wsx zaq1xsw2 zaq1zaq1 zhang123 zhang123456
    zhanghao zhangwei zhongguo zhongguo1 zx123456 zxc12345 zxc123456 zxcvbnm, zxcvbnm1
    zxcvbnm123 zxczxc123 zxczxczxc zz123456
    """.split()  # noqa: SIM905 - as a list of literals nobody could read it
)
