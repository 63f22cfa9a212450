"""GET /join/CODE: where an invite's link leads while the LINE account's id is not known."""

from flask import Flask, Response

from handlers.invites import looks_like_code, shown

PAGE = """\
<!doctype html>
<html lang="th">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>รหัสเชิญ</title>
<style>
  body {{ font: 18px/1.7 "Noto Sans Thai", Tahoma, sans-serif; max-width: 32rem; margin: 12vh auto; padding: 0 1.2rem }}
  output {{ display: block; font: bold 1.6rem monospace; margin: 1.2rem 0; user-select: all }}
</style>
{words}
</html>
"""
CODE = """\
<p>เปิดแชตบัญชีทางการของพื้นที่นวัตกรรมการศึกษาในไลน์ แล้วส่งรหัสนี้
<output>{code}</output>
<p>รหัสนี้ใช้ได้ครั้งเดียว เป็นของท่านเท่านั้น โปรดไม่ส่งต่อ"""
NO_CODE = """\
<p>ลิงก์นี้ไม่ครบหรือพิมพ์ผิด
<p>โปรดเปิดลิงก์หรือสแกนคิวอาร์จากบัตรเชิญอีกครั้ง หรือพิมพ์รหัสเชิญในแชต"""
HEADERS = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer", "X-Content-Type-Options": "nosniff"}


def add_to(app: Flask) -> None:
    """Add the page to the web application."""
    app.add_url_rule("/join/<code>", "join", _join)


def _join(code: str) -> Response:
    read = looks_like_code(code)
    if read is None:
        return Response(PAGE.format(words=NO_CODE), status=404, headers=HEADERS)
    return Response(PAGE.format(words=CODE.format(code=shown(read))), headers=HEADERS)  # letters, digits, dashes
