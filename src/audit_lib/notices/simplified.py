"""The simplified forms of traditional characters."""

import re

# The characters of words that this package knows, and of their endings. By OpenCC's table TSCharacters.
_TRADITIONAL = (
    "並亞佈佔聯掛併來係個們備價優兒兩別則創動務勝區協員問單國園團場報奬婦學寧屬島廁廠廳強後從戶採揚據數於時會東業構樓標機檔檢殘氣決測減滿潔為無熱爲獎獲環產産發"
    "監確稅稱積範紅級終組結經綜綠網緑編縣總績繫職與處號計設註證評話該認說説請議變財貿軍較輪辦農這週進過達郵鄉醫銀銷鎮門開間關陸隊雙電頁須預題類馬體點順詳墊榮頒譽緊隨"
)
_SIMPLIFIED = (
    "并亚布占联挂并来系个们备价优儿两别则创动务胜区协员问单国园团场报奖妇学宁属岛厕厂厅强后从户采扬据数于时会东业构楼标机档检残气决测减满洁为无热为奖获环产产发"
    "监确税称积范红级终组结经综绿网绿编县总绩系职与处号计设注证评话该认说说请议变财贸军较轮办农这周进过达邮乡医银销镇门开间关陆队双电页须预题类马体点顺详垫荣颁誉紧随"
)
TRADITIONAL = re.compile(f"[{_TRADITIONAL}]")
SIMPLIFIED = str.maketrans(_TRADITIONAL, _SIMPLIFIED)
