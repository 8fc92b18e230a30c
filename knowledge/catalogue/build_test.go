package catalogue

import (
	"bytes"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
)

// testdata/slice.json holds entries of bangumi-data 0.3.208 as they stand there, without the sites that are not read.
func buildSlice(t *testing.T, rules Rules) (*Catalogue, Report) {
	t.Helper()
	data, err := os.ReadFile("testdata/slice.json")
	if err != nil {
		t.Fatal(err)
	}
	c, report, err := Build(data, rules)
	if err != nil {
		t.Fatal(err)
	}
	c.Version = "0.3.208"
	return c, report
}

func showOf(t *testing.T, c *Catalogue, key string) Show {
	t.Helper()
	for _, s := range c.Shows {
		if s.Key == key {
			return s
		}
	}
	t.Fatalf("no show %s", key)
	return Show{}
}

// numbers writes seasons as "1 2.1 2.2|3": number, part, and the other number in use.
func numbers(s Show) string {
	var out []string
	for _, e := range s.Seasons {
		n := fmt.Sprint(e.Number)
		if e.Part > 0 {
			n += fmt.Sprintf(".%d", e.Part)
		}
		if e.Other > 0 {
			n += fmt.Sprintf("|%d", e.Other)
		}
		out = append(out, n)
	}
	return strings.Join(out, " ")
}

func wantNumbers(t *testing.T, key, title, want string) {
	t.Helper()
	c, _ := buildSlice(t, Rules{})
	s := showOf(t, c, key)
	if s.Seasons[0].Title != title {
		t.Fatalf("%s begins with %s, want %s", key, s.Seasons[0].Title, title)
	}
	if got := numbers(s); got != want {
		t.Errorf("%s: %s, want %s", title, got, want)
	}
}

func TestRule1DropsRerunsAndOneDayProgrammes(t *testing.T) {
	wantNumbers(t, "tv/43865", "PSYCHO-PASS サイコパス", "1 2 3") // not 新編集版
	c, report := buildSlice(t, Rules{})
	if !slices.ContainsFunc(report.Dropped, func(d Dropped) bool { return d.Title == "PSYCHO-PASS サイコパス 新編集版" }) {
		t.Error("the re-edit is not reported")
	}
	conan := showOf(t, c, "tv/30983")
	if len(conan.Seasons) != 1 || len(conan.Also) != 1 || conan.Also[0].Kind != Special {
		t.Errorf("a one-day programme without a page is a special of its series: %+v", conan)
	}
}

func TestRule2FirstEntryTakesItsTitleThenTMDB(t *testing.T) {
	wantNumbers(t, "tv/205335", "大怪獣ラッシュ ウルトラフロンティア 2ndシーズン", "2") // the title
	wantNumbers(t, "tv/113073", "毎度！浦安鉄筋家族", "2")                  // TMDB
	wantNumbers(t, "tv/13916", "DEATH NOTE", "1")
}

func TestRule3TitleBeatsTMDB(t *testing.T) {
	wantNumbers(t, "tv/95479", "呪術廻戦", "1 2 3") // all in TMDB's first season
}

func TestRule4SameNumberIsTheNextPart(t *testing.T) {
	wantNumbers(t, "tv/1429", "進撃の巨人", "1 2 3.1 3.2 4.1 4.2")
}

func TestRule5TMDBRisesByOne(t *testing.T) {
	wantNumbers(t, "tv/38464", "青の祓魔師", "1 2 3 4 5") // no title has a number
}

func TestRule5TMDBJumps(t *testing.T) {
	// TMDB counts the years of long runs; the next number in order is in use too.
	wantNumbers(t, "tv/60572", "ポケットモンスター", "1 6|2 10|7 14|11 15 16.1 16.2 17 19|18 20 23|21 25|24")
}

func TestRule6SameTMDBSeasonIsTheNextPart(t *testing.T) {
	wantNumbers(t, "tv/30984", "BLEACH", "1 2.1 2.2 2.3")
}

func TestRule7CourIsTheNextPart(t *testing.T) {
	wantNumbers(t, "tv/100281", "憂国のモリアーティ", "1.1 1.2|2")
	wantNumbers(t, "tv/94664", "無職転生～異世界行ったら本気だす～", "1.1 1.2|2 2.1 2.2")
}

func TestRule8ChineseTitlesDoNotMakeSeasonsOfCours(t *testing.T) {
	wantNumbers(t, "tv/63663", "GATE 自衛隊 彼の地にて、斯く戦えり", "1.1 1.2|2") // 第二季 in the English of China
}

func TestRule9OtherwiseTheNextNumber(t *testing.T) {
	wantNumbers(t, "tv/210879", "るろうに剣心 -明治剣客浪漫譚-(2023)", "1 2")
}

func TestRule10RepairsGaps(t *testing.T) {
	wantNumbers(t, "tv/65931", "文豪ストレイドッグス", "1 2|1 3 4 5") // the second calls itself a cour, the third says 3
}

func TestOVAsThatTMDBCountsAreSeasons(t *testing.T) {
	wantNumbers(t, "tv/61440", "ストライク・ザ・ブラッド", "1 2 3 4 5")
}

func TestSeriesOfOVAs(t *testing.T) {
	wantNumbers(t, "tv/43004", "天地無用! 魎皇鬼", "1 2 3 4 5")
	wantNumbers(t, "tv/27660", "銀河英雄伝説", "1")
}

func TestSeasonWithoutPageJoinsByTitle(t *testing.T) {
	wantNumbers(t, "tv/195830", "赤ちゃん本部長", "1 3") // 第3シリーズ has no TMDB page
}

func TestRemakesAreApart(t *testing.T) {
	c, _ := buildSlice(t, Rules{})
	old, remake := showOf(t, c, "tv/36941"), showOf(t, c, "tv/85991")
	if numbers(old) != "1" || numbers(remake) != "1 2 3" || old.Seasons[0].Begin != "2001-07-05" {
		t.Errorf("Fruits Basket: %s from %s, and %s", numbers(old), old.Seasons[0].Begin, numbers(remake))
	}
	if len(remake.Also) != 1 || remake.Also[0].Kind != Film || len(old.Also) != 0 {
		t.Errorf("the film of 2022 is of the remake: %+v, %+v", old.Also, remake.Also)
	}
}

func TestFilmsAndOVAsAreBeside(t *testing.T) {
	c, _ := buildSlice(t, Rules{})
	kinds := map[string]string{}
	for _, key := range []string{"tv/85937", "tv/1429"} {
		for _, w := range showOf(t, c, key).Also {
			kinds[w.Title] = w.Kind
		}
	}
	for title, want := range map[string]string{"劇場版 鬼滅の刃 無限列車編": Film, "進撃の巨人 悔いなき選択 OAD": OVA, "鬼滅の刃 中高一貫!! キメツ学園物語": Special} {
		if kinds[title] != want {
			t.Errorf("%s is a %q, want %q", title, kinds[title], want)
		}
	}
}

func TestEntitiesAreDecoded(t *testing.T) {
	c, _ := buildSlice(t, Rules{})
	if s := showOf(t, c, "tv/39659"); s.Seasons[1].Title != "TIGER & BUNNY 2" {
		t.Errorf("season 2 is %q", s.Seasons[1].Title)
	}
}

func TestDaysAreThoseOfJapan(t *testing.T) {
	c, _ := buildSlice(t, Rules{})
	// 2004-10-05T09:30Z, 2021-10-03T15:00Z, 1988-01-08T16:00Z, and 2022-03-31T16:00Z, which may stand for April.
	if got := showOf(t, c, "tv/94664").Seasons[1].Begin; got != "2021-10-04" {
		t.Errorf("15:00 UTC is the next day in Japan, not %s", got)
	}
	for instant, want := range map[string]string{"2022-03-31T16:00:00Z": "2022-04", "2020-10-01T00:00:00Z": "2020-10", "2020-09-30T15:30:00Z": "2020-10-01", "2021-12-31T16:05:00Z": "2022-01-01"} {
		if got := day(mustTime(t, instant)); got != want {
			t.Errorf("%s is %s, want %s", instant, got, want)
		}
	}
}

func TestListedTwiceIsOne(t *testing.T) {
	c, report := buildSlice(t, Rules{})
	if got := numbers(showOf(t, c, "tv/76142")); got != "1" {
		t.Errorf("魔法少女 俺, which has two entries of one id, is %s", got)
	}
	if !slices.ContainsFunc(report.Dropped, func(d Dropped) bool { return d.Reason == "listed twice" }) {
		t.Error("the twin is not reported")
	}
}

func TestOverrides(t *testing.T) {
	rules, err := ParseOverrides(strings.NewReader(strings.Join([]string{
		"number\tmal/47778\t2|3\tits reason",
		"number\tmal/51019\t3\tits reason",
		"number\tmal/55701\t4\tits reason",
		"english\tmal/30123\tRaw Anime Q Transformers: Kaette Kita Convoy no Nazo\tanother show",
		"continues\tmal/20\tmal/1735\tits reason",
		"drop\tmal/44\t-\tits reason",
		"also\tmal/48491\t-\tits reason",
		"also\tmal/57658\t-\tits reason",
		"show\tmal/57658\tmal/57658\tits reason",
		"number\tmal/999999\t2\tnot in the data",
	}, "\n")))
	if err != nil {
		t.Fatal(err)
	}
	c, report := buildSlice(t, Rules{Overrides: rules})
	if got := numbers(showOf(t, c, "tv/85937")); got != "1 2.1 2.2|3 3 4" {
		t.Errorf("Demon Slayer: %s", got)
	}
	if s := showOf(t, c, "tv/63087"); s.Title != "Snow White with the Red Hair" {
		t.Errorf("赤髪の白雪姫 is %q", s.Title)
	}
	naruto, shippuden := showOf(t, c, "tv/46260"), showOf(t, c, "tv/31910")
	if want := (Link{ContinuesAs, "tv/31910", shippuden.Title}); !slices.Equal(naruto.Continues, []Link{want}) {
		t.Errorf("Naruto: %+v", naruto.Continues)
	}
	if want := (Link{ContinuedBy, "tv/46260", naruto.Title}); !slices.Equal(shippuden.Continues, []Link{want}) {
		t.Errorf("Shippuden: %+v", shippuden.Continues)
	}
	if len(showOf(t, c, "tv/28136").Also) != 0 {
		t.Error("the dropped OVA is still there")
	}
	if s := showOf(t, c, "tv/53918"); numbers(s) != "1 2 3" || !slices.ContainsFunc(s.Also, func(w Work) bool { return w.MAL == 48491 }) {
		t.Errorf("what is also: %s, %+v", numbers(s), s.Also)
	}
	if got := numbers(showOf(t, c, "mal/57658")); got != "1" {
		t.Errorf("the show apart: %s", got)
	}
	if len(report.Unused) != 1 || !strings.Contains(report.Unused[0], "mal/999999") {
		t.Errorf("rows that match nothing: %q", report.Unused)
	}
}

func TestAliases(t *testing.T) {
	aliases, err := ParseAliases(strings.NewReader("# comment\nmal\tenglish\tromaji\taliases\n16498\tAttack on Titan\tShingeki no Kyojin\tAoT | SnK | attack on titan\n20\t\tNaruto\t\n4\tNobody\t\t\n"))
	if err != nil {
		t.Fatal(err)
	}
	c, report := buildSlice(t, Rules{Aliases: aliases, Reading: func(native string) string { return "read " + native }})
	titan := showOf(t, c, "tv/1429")
	if titan.Title != "Attack on Titan" || titan.Rank != 1 || titan.Reading != "" ||
		!slices.Equal(titan.Names, []string{"進撃の巨人", "Shingeki no Kyojin", "AoT", "SnK"}) {
		t.Errorf("%q, %d, %q, %q", titan.Title, titan.Rank, titan.Names, titan.Reading)
	}
	if s := showOf(t, c, "tv/46260"); s.Rank != 2 || !slices.Contains(s.Names, "Naruto") && s.Title != "Naruto" {
		t.Errorf("%+v", s)
	}
	if s := showOf(t, c, "tv/38464"); s.Rank != 0 || s.Reading != "read 青の祓魔師" {
		t.Errorf("%+v", s)
	}
	if len(report.Unused) != 1 {
		t.Errorf("rows that match nothing: %q", report.Unused)
	}
	again, _ := buildSlice(t, Rules{Aliases: aliases, Earlier: c})
	if got, want := encoded(t, again), encoded(t, c); !bytes.Equal(got, want) {
		t.Error("the readings of an earlier catalogue are not kept")
	}
}

func TestNamesOfSeasonsLoseTheirNumber(t *testing.T) {
	for title, want := range map[string]string{
		"JUJUTSU KAISEN Season2":                  "JUJUTSU KAISEN",
		"My Hero Academia (Season 2)":             "My Hero Academia",
		"SWORD ART ONLINE II":                     "SWORD ART ONLINE",
		"Ace of Diamond actII":                    "Ace of Diamond actII",
		"Baby Steps 2":                            "Baby Steps",
		"Attack on Titan Season 3 Part 2":         "Attack on Titan",
		"Haikyu!! TO THE TOP (4th Season)":        "Haikyu!! TO THE TOP",
		"Fruits Basket The Final Season":          "Fruits Basket",
		"Yuru Camp (II)":                          "Yuru Camp",
		"86":                                      "86",
		"THE UNLIMITED Hyobu Kyosuke":             "THE UNLIMITED Hyobu Kyosuke",
		"Code Geass: Lelouch of the Rebellion R2": "Code Geass: Lelouch of the Rebellion R2",
	} {
		if got := withoutSeason(title); got != want {
			t.Errorf("%q became %q, want %q", title, got, want)
		}
	}
}

func TestNumbersInTitles(t *testing.T) {
	for _, c := range []struct {
		title              string
		season, cour, bare int
	}{
		{"呪術廻戦 懐玉・玉折／渋谷事変(第2期)", 2, 0, 0},
		{"PSYCHO-PASS サイコパス 2", 0, 0, 2},
		{"無職転生Ⅱ ～異世界行ったら本気だす～(第2クール)", 0, 2, 2},
		{"進撃の巨人 Season3 Part.2", 3, 2, 2},
		{"憂国のモリアーティ(2クール目)", 0, 2, 0},
		{"ダイヤのA ‐SECOND SEASON‐", 2, 0, 0},
		{"86-エイティシックス-", 0, 0, 86}, // which makes no season: it stands where the name begins
		{"EIGHTY SIX", 0, 0, 0},
		{"忍たま乱太郎 第33シリーズ", 33, 0, 0},
		{"ヤマノススメ サードシーズン", 3, 0, 0},
		{"頭文字D Fourth Stage", 4, 0, 0},
		{"2.5次元の誘惑", 0, 0, 0},
		{"銀魂. (銀ノ魂篇 後半戦)", 0, 2, 0},
	} {
		p := plain(c.title)
		if s, k := seasonIn(p), courIn(p); s != c.season || k != c.cour {
			t.Errorf("%s: season %d, part %d, want %d, %d", c.title, s, k, c.season, c.cour)
		}
		if b := bareIn(p); c.season+c.cour == 0 && b != c.bare {
			t.Errorf("%s: bare number %d, want %d", c.title, b, c.bare)
		}
	}
}

func TestBadRules(t *testing.T) {
	for _, row := range []string{"number\tmal/1\t2", "number\tmal/1\t2\t ", "number\tmal/1\ttwo\twhy", "number\ttv/1\t2\twhy", "rename\tmal/1\tx\twhy",
		"drop\tmal/1\tx\twhy", "continues\tmal/1\tmal/1\twhy", "english\tmal/1\t\twhy", "show\tmal/1\t1\twhy", "drop\tmal/1\t-\twhy\ndrop\tmal/1\t-\tagain"} {
		if _, err := ParseOverrides(strings.NewReader(row)); err == nil {
			t.Errorf("%q is accepted", row)
		}
	}
	for _, row := range []string{"1", "x\tName", "-1\tName", "1\ta\tb\tc\td"} {
		if _, err := ParseAliases(strings.NewReader(row)); err == nil {
			t.Errorf("%q is accepted", row)
		}
	}
}

func TestBadData(t *testing.T) {
	for name, data := range map[string]string{
		"empty": "", "page": "<html>", "cut": `{"items": [{"title": "x"`, "no items": `{"items": []}`, "types": `{"items": [{"title": 5}]}`, "list": `[]`,
		"date": `{"items": [{"title": "x", "begin": "soon"}]}`,
	} {
		if _, _, err := Build([]byte(data), Rules{}); err == nil {
			t.Errorf("%s: built", name)
		}
	}
	// Entries that make no sense are left out and reported; the rest stands.
	c, report, err := Build([]byte(`{"items": [null, {}, {"title": "x", "begin": "0001-01-01T00:00:00Z"},
		{"title": "a", "type": "tv", "begin": "2020-01-05T00:00:00Z", "end": "2019-01-01T00:00:00Z", "sites": [{"site": "mal", "id": "7"}, {"site": "tmdb", "id": "tv/0"}]},
		{"title": "b\u0000\u202e", "type": "tv", "begin": "2020-01-05T00:00:00Z", "sites": [{"site": "tmdb", "id": "tv/9"}]}]}`), Rules{})
	if err != nil || len(c.Shows) != 1 || len(report.Dropped) != 3 || c.Shows[0].Key != "mal/7" || c.Shows[0].Seasons[0].End != "" {
		t.Errorf("%+v, %+v, %v", c, report, err)
	}
	var many strings.Builder
	for i := range maxSeasons + 1 {
		fmt.Fprintf(&many, `,{"title": "s%d", "type": "tv", "begin": "2020-01-05T00:00:00Z", "sites": [{"site": "tmdb", "id": "tv/1"}, {"site": "mal", "id": "%d"}]}`, i, i+1)
	}
	if _, _, err := Build([]byte(`{"items": [`+many.String()[1:]+`]}`), Rules{}); err == nil {
		t.Error("a show of more seasons than any has is accepted")
	}
}
