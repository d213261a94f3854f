import type { screen as en } from "../en/screen.ts";

/** Words of the rows below and above the input, and of the window's title. */
export const screen: typeof en = {
  connecting: "menghubungkan",
  away: (duration) => `sambungan terputus ${duration} yang lalu, mencoba lagi`,
  encrypted: "TLS",
  unencrypted: "tidak terenkripsi",
  here: (count) => `${count} hadir`,
  unread: (count) => `${count} baru`,
  sayMode: "mode bicara: baris dikirim ke semua orang",
  sending: "mengirim",
  waiting: "menunggu",
  morePending: (count) => `${count} baris lagi belum terkirim`,
  notUtf8: "locale terminal ini bukan UTF-8, jadi beberapa karakter mungkin tampak salah; atur misalnya LANG=C.UTF-8",
  editorFailed: (reason) => `editor gagal, dan teks tetap seperti semula: ${reason}`,
};
