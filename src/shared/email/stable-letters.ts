/**
 * Returns the non-ASCII letters, marks and digits that a domain may contain, as the content of a character class in a regular
 * expression with the flag `u`.
 *
 * A character is included if IDNA2003, UTS #46 (transitional or not) and each Node version of Lambda map it to itself, ignoring case.
 * So the class has no `ß`, no `ς`, and no character newer than Unicode 3.2, the version that IDNA2003 uses. It has no Arabic digits,
 * because a label must not mix them with ASCII digits. `test/shared/email/stable-letters.test.ts` tests these statements.
 *
 * The letters belong to the scripts that Unicode recommends for identifiers.
 *
 * @see https://www.unicode.org/reports/tr31/#Table_Recommended_Scripts
 * @example
 * new RegExp(`^[${stableLetters()}]+$`, 'u').test('münchen') // true
 */
export function stableLetters(): string {
  return RANGES.replace(/[\da-f]+/g, '\\u{$&}').replaceAll(' ', '')
}

/** The code points of the stable letters, as hexadecimal ranges. */
const RANGES = [
  // Latin
  'c0-d6 d8-de e0-f6 f8-12f 131 134-13e 141-148 14a-17e 180-1c3 1cd-1f0 1f4-220 222-233 250-2ad 1e00-1e99 1ea0-1ef9',
  // Greek
  '386 388-38a 38c 38e-3a1 3a3-3c1 3c3-3ce 3d7-3e1 3f3-3f4 1f00-1f15 1f18-1f1d 1f20-1f45 1f48-1f4d 1f50-1f57 1f59 1f5b',
  '1f5d 1f5f-1f70 1f72 1f74 1f76 1f78 1f7a 1f7c 1fb0-1fb1 1fb6 1fb8-1fba 1fc6 1fc8 1fca 1fd0-1fd2 1fd6-1fda 1fe0-1fe2',
  '1fe4-1fea 1fec 1ff6 1ff8 1ffa',
  // Cyrillic
  '400-481 483-484 488-4ce 4d0-4f5 4f8-4f9 500-50f',
  // Armenian
  '531-556 559 561-586',
  // Hebrew
  '591-5a1 5a3-5b9 5bb-5bd 5bf 5c1-5c2 5c4 5d0-5ea 5f0-5f2',
  // Arabic
  '621-63a 641-64a 66e-66f 671-674 679-6d3 6d5-6dc 6df-6e8 6ea-6ed 6fa-6fc',
  // Thaana
  '780-7b1',
  // Devanagari
  '901-903 905-939 93c-94d 950 960-963 966-96f',
  // Bengali
  '981-983 985-98c 98f-990 993-9a8 9aa-9b0 9b2 9b6-9b9 9bc 9be-9c4 9c7-9c8 9cb-9cd 9d7 9e0-9e3 9e6-9f1',
  // Gurmukhi
  'a02 a05-a0a a0f-a10 a13-a28 a2a-a30 a32 a35 a38-a39 a3c a3e-a42 a47-a48 a4b-a4d a5c a66-a74',
  // Gujarati
  'a81-a83 a85-a8b a8d a8f-a91 a93-aa8 aaa-ab0 ab2-ab3 ab5-ab9 abc-ac5 ac7-ac9 acb-acd ad0 ae0 ae6-aef',
  // Oriya
  'b01-b03 b05-b0c b0f-b10 b13-b28 b2a-b30 b32-b33 b36-b39 b3c-b43 b47-b48 b4b-b4d b56-b57 b5f-b61 b66-b6f',
  // Tamil
  'b82-b83 b85-b8a b8e-b90 b92-b95 b99-b9a b9c b9e-b9f ba3-ba4 ba8-baa bae-bb5 bb7-bb9 bbe-bc2 bc6-bc8 bca-bcd bd7',
  'be7-bef',
  // Telugu
  'c01-c03 c05-c0c c0e-c10 c12-c28 c2a-c33 c35-c39 c3e-c44 c46-c48 c4a-c4d c55-c56 c60-c61 c66-c6f',
  // Kannada
  'c82-c83 c85-c8c c8e-c90 c92-ca8 caa-cb3 cb5-cb9 cbe-cc4 cc6-cc8 cca-ccd cd5-cd6 cde ce0-ce1 ce6-cef',
  // Malayalam
  'd02-d03 d05-d0c d0e-d10 d12-d28 d2a-d39 d3e-d43 d46-d48 d4a-d4d d57 d60-d61 d66-d6f',
  // Sinhala
  'd82-d83 d85-d96 d9a-db1 db3-dbb dbd dc0-dc6 dca dcf-dd4 dd6 dd8-ddf df2-df3',
  // Thai
  'e01-e32 e34-e3a e40-e4e e50-e59',
  // Lao
  'e81-e82 e84 e87-e88 e8a e8d e94-e97 e99-e9f ea1-ea3 ea5 ea7 eaa-eab ead-eb2 eb4-eb9 ebb-ebd ec0-ec4 ec6 ec8-ecd',
  'ed0-ed9',
  // Tibetan
  'f00 f18-f19 f20-f29 f35 f37 f39 f3e-f42 f44-f47 f49-f4c f4e-f51 f53-f56 f58-f5b f5d-f68 f6a f71-f72 f74 f7a-f80',
  'f82-f84 f86-f8b f90-f92 f94-f97 f99-f9c f9e-fa1 fa3-fa6 fa8-fab fad-fb8 fba-fbc fc6',
  // Myanmar
  '1000-1021 1023-1027 1029-102a 102c-1032 1036-1039 1040-1049 1050-1059',
  // Georgian
  '10a0-10c5 10d0-10f8',
  // Ethiopic
  '1200-1206 1208-1246 1248 124a-124d 1250-1256 1258 125a-125d 1260-1286 1288 128a-128d 1290-12ae 12b0 12b2-12b5',
  '12b8-12be 12c0 12c2-12c5 12c8-12ce 12d0-12d6 12d8-12ee 12f0-130e 1310 1312-1315 1318-131e 1320-1346 1348-135a',
  // Khmer
  '1780-17b3 17b6-17d3 17d7 17dc 17e0-17e9',
  // Hangul
  'ac00-d7a3',
  // Hiragana
  '3041-3096 309d-309e',
  // Katakana
  '30a1-30fa 30fc-30fe 31f0-31ff',
  // Bopomofo
  '3105-312c 31a0-31b7',
  // Han
  '3005 303b 3400-4db5 4e00-9fa5',
].join(' ')
