import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { hashtags, normalizeTag } from "../../../src/checkins/statuses/hashtags.ts";

describe("hashtags", () => {
  test.each<[string, string[]]>([
    ["Souped up the demo account for the #sales meeting.", ["sales"]],
    ["poll more often #optimization", ["optimization"]],
    ["#design, #Mobile; (#review) #HotFix!", ["design", "hotfix", "mobile", "review"]],
    ["#one#two", ["one"]],
    ["#high-priority #low_key #v2.1", ["high-priority", "low_key", "v2"]],
    ["#trailing- #dots... #under_", ["dots", "trailing", "under"]],
    ["ticket #123, but #1st and #a1", ["1st", "a1"]],
    ["# heading\n## sub", []],
    ["##double", []],
    ["C# and F#minor", []],
    ["a-#b a/#c", []],
    ["**#bold** _#em_ __#strong__", ["bold", "em", "strong"]],
    ["#_x_ #__deep_down__ #_", ["deep_down", "x"]],
    ["snake_#case", []],
    ["https://x.test/page#section https://x.test/#top http://x.test/?q=#a", []],
    ["see www.x.test/#top then #go", ["go"]],
    ["[docs](#anchor) [more](https://x.test/#y) #z", ["z"]],
    ["&#39;quoted&#x27;", []],
    ["mailto:a@x.test #mail", ["mail"]],
    ["#Größe #été #日本語 #Привет", ["größe", "été", "привет", "日本語"]],
    ["\uFF03\uFF24\uFF25\uFF33\uFF29\uFF27\uFF2E", ["design"]],
    ["#e\u0301te\u0301", ["été"]],
    ["line\n#start\ttab\t#end", ["end", "start"]],
    ["#---", []],
    ["#", []],
    [`#${"x".repeat(100)} #${"y".repeat(101)}`, ["x".repeat(100)]],
  ])("The tags of %j are found", (text, tags) => {
    expect(hashtags([text])).toEqual(tags.toSorted());
  });

  test("The tags of several texts are each listed once, sorted", () => {
    expect(hashtags(["#b #A", null, "#a #c"])).toEqual(["a", "b", "c"]);
  });

  test("Every tag of any text is its own normalized name", () => {
    const soup = fc.array(
      fc.oneof(fc.string({ unit: "grapheme" }), fc.constantFrom("#", "-", "_", " ", "É", "ß", "İ", "/")),
    );
    fc.assert(
      fc.property(soup, (parts) => {
        for (const tag of hashtags([parts.join("")])) {
          expect(tag).toMatch(/\p{L}/u);
          expect(tag).not.toMatch(/[\s#]|[-_]$|^_/);
          expect(normalizeTag(tag)).toBe(tag);
          expect(normalizeTag(`#${tag.toUpperCase()}`)).toBe(normalizeTag(tag.toUpperCase()));
        }
      }),
      { numRuns: 2_000 },
    );
  });
});
