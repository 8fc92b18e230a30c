package knowledge

import (
	"strconv"
	"strings"
	"testing"
)

// bestKnown are a hundred anime that most fans know, each with the id of its first season at MyAnimeList and the names
// people type: English, romaji and the usual abbreviations. They were written down from memory before anyone looked at
// the alias file, and checked against bangumi-data only by the id.
const bestKnown = `
16498	Attack on Titan | Shingeki no Kyojin | AoT | SnK
1535	Death Note
5114	Fullmetal Alchemist: Brotherhood | Hagane no Renkinjutsushi: Fullmetal Alchemist | FMAB
30276	One Punch Man | Wanpanman | OPM
11757	Sword Art Online | SAO
38000	Demon Slayer | Kimetsu no Yaiba | KnY
31964	My Hero Academia | Boku no Hero Academia | MHA | BNHA
11061	Hunter x Hunter | HxH
22319	Tokyo Ghoul | TG
20	Naruto
1735	Naruto Shippuden | Naruto: Shippuuden
9253	Steins;Gate | S;G
19815	No Game No Life | NGNL
40748	Jujutsu Kaisen | JJK
1575	Code Geass: Lelouch of the Rebellion | Code Geass: Hangyaku no Lelouch | Code Geass
4224	Toradora!
23273	Your Lie in April | Shigatsu wa Kimi no Uso | KimiUso
21	One Piece
31240	Re:ZERO -Starting Life in Another World- | Re:Zero kara Hajimeru Isekai Seikatsu | Re:Zero
6547	Angel Beats!
37779	The Promised Neverland | Yakusoku no Neverland | TPN
20507	Noragami
24833	Assassination Classroom | Ansatsu Kyoushitsu | AssClass
32182	Mob Psycho 100 | MP100
30	Neon Genesis Evangelion | Shinseiki Evangelion | NGE | Evangelion
1	Cowboy Bebop
31043	Erased | Boku dake ga Inai Machi | BokuMachi
20583	Haikyu!! | Haikyuu!!
6702	Fairy Tail
269	Bleach
23755	The Seven Deadly Sins | Nanatsu no Taizai | NnT
22535	Parasyte -the maxim- | Kiseijuu: Sei no Kakuritsu | Parasyte
37999	Kaguya-sama: Love Is War | Kaguya-sama wa Kokurasetai | Kaguya-sama
33352	Violet Evergarden
38691	Dr. Stone
44511	Chainsaw Man | CSM
50265	Spy x Family | SxF
37521	Vinland Saga
34572	Black Clover
28171	Food Wars! Shokugeki no Soma | Shokugeki no Souma | Food Wars
9919	Blue Exorcist | Ao no Exorcist
30831	KonoSuba: God's Blessing on This Wonderful World! | Kono Subarashii Sekai ni Shukufuku wo! | KonoSuba
35790	The Rising of the Shield Hero | Tate no Yuusha no Nariagari | Shield Hero
37430	That Time I Got Reincarnated as a Slime | Tensei shitara Slime Datta Ken | TenSura
3588	Soul Eater
22199	Akame ga Kill!
226	Elfen Lied
10620	The Future Diary | Mirai Nikki
13601	Psycho-Pass
34599	Made in Abyss | MiA
2167	Clannad
9989	Anohana: The Flower We Saw That Day | Ano Hi Mita Hana no Namae wo Bokutachi wa Mada Shiranai | AnoHana
853	Ouran High School Host Club | Ouran Koukou Host Club | OHSHC
9756	Puella Magi Madoka Magica | Mahou Shoujo Madoka Magica | PMMM | Madoka Magica
14719	JoJo's Bizarre Adventure | JoJo no Kimyou na Bouken | JJBA | JoJo
2001	Gurren Lagann | Tengen Toppa Gurren Lagann | TTGL
18679	Kill la Kill | KLK
813	Dragon Ball Z | DBZ
30694	Dragon Ball Super | DBS
223	Dragon Ball | DB
205	Samurai Champloo
121	Fullmetal Alchemist | Hagane no Renkinjutsushi | FMA
19	Monster
29803	Overlord
37450	Rascal Does Not Dream of Bunny Girl Senpai | Seishun Buta Yarou wa Bunny Girl Senpai no Yume wo Minai | Bunny Girl Senpai
42897	Horimiya
35849	Darling in the Franxx | DitF
35507	Classroom of the Elite | Youkoso Jitsuryoku Shijou Shugi no Kyoushitsu e | CotE
14813	My Teen Romantic Comedy SNAFU | Yahari Ore no Seishun Love Comedy wa Machigatteiru | OreGairu
28121	Is It Wrong to Try to Pick Up Girls in a Dungeon? | Dungeon ni Deai wo Motomeru no wa Machigatteiru Darou ka | DanMachi
11617	High School DxD | DxD
8074	Highschool of the Dead | Gakuen Mokushiroku | HOTD
10087	Fate/Zero
22297	Fate/stay night: Unlimited Blade Works | UBW
918	Gintama
6746	Durarara!! | DRRR
4898	Black Butler | Kuroshitsuji
249	Inuyasha
392	Yu Yu Hakusho | Yuu Yuu Hakusho | YYH
232	Cardcaptor Sakura | CCS
530	Sailor Moon | Bishoujo Senshi Sailor Moon
527	Pokémon | Pocket Monsters
38680	Fruits Basket | Furuba
49596	Blue Lock
52991	Frieren: Beyond Journey's End | Sousou no Frieren | Frieren
52299	Solo Leveling | Ore dake Level Up na Ken
39535	Mushoku Tensei: Jobless Reincarnation | Mushoku Tensei: Isekai Ittara Honki Dasu
52034	Oshi no Ko | ONK
42249	Tokyo Revengers
46569	Hell's Paradise | Jigokuraku
57334	Dandadan
54492	The Apothecary Diaries | Kusuriya no Hitorigoto
47917	Bocchi the Rock! | BTR
37349	Goblin Slayer
38671	Fire Force | Enen no Shouboutai
849	The Melancholy of Haruhi Suzumiya | Suzumiya Haruhi no Yuuutsu | Haruhi
5680	K-On!
33255	The Disastrous Life of Saiki K. | Saiki Kusuo no Psi-nan | Saiki K
6213	A Certain Scientific Railgun | Toaru Kagaku no Railgun | Railgun
31478	Bungo Stray Dogs | Bungou Stray Dogs | BSD
`

// holds reports whether one of the show's entries has the id at MyAnimeList.
func holds(s *Show, mal int) bool {
	_, ok := s.Sources["mal-"+strconv.Itoa(mal)]
	return ok || s.IDs.MAL == mal
}

// A name finds its show first when the show is the best candidate, whether Find is sure or asks which of several is
// meant, as it must of a remake.
func TestBestKnownNames(t *testing.T) {
	const wantFirst, wantSure = 0.98, 0.98
	base := Embedded()
	var names, first, sure int
	for line := range strings.Lines(strings.TrimSpace(bestKnown)) {
		id, list, _ := strings.Cut(strings.TrimSpace(line), "\t")
		mal, err := strconv.Atoi(id)
		if err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		for _, name := range strings.Split(list, " | ") {
			names++
			m := base.Find(name)
			switch {
			case m.Show != nil && holds(m.Show, mal):
				first++
				sure++
			case m.Show == nil && len(m.Candidates) > 0 && holds(m.Candidates[0].Show, mal):
				first++
				t.Logf("%q asks: %s", name, orList(m.Candidates))
			default:
				t.Logf("%q does not find mal/%d first: %s", name, mal, orList(m.Candidates))
			}
		}
	}
	t.Logf("%d names: %d first, %d of them sure", names, first, sure)
	if share := float64(first) / float64(names); share < wantFirst {
		t.Errorf("%.1f%% of the names find their show first, want %.0f%%", 100*share, 100*wantFirst)
	}
	if share := float64(sure) / float64(names); share < wantSure {
		t.Errorf("of %.1f%% of the names Find is sure, want %.0f%%", 100*share, 100*wantSure)
	}
}
