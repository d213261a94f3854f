import type { session as en } from "../en/session.ts";

/** What is said while a person signs in, and about the files of sessions. */
export const session: typeof en = {
  noCommand: "Tidak ada perintah.",
  noPassword: "Tidak ada kata sandi.",
  notACommand: (nearby) =>
    `Baris pertama tidak diawali perintah.${nearby === undefined ? "" : ` Maksud Anda ${nearby}?`}`,
  roomCommand: (word) => `"${word}" adalah perintah di dalam ruang: masuk dulu.`,
  needsName: (word) => `"${word}" perlu sebuah nama.`,
  plainStart: (server) => `Obrolan, ${server}`,
  help: "ketik regist NAMA untuk membuat akun, atau login NAMA untuk masuk; kata sandi akan ditanyakan; quit untuk keluar",
  passwordPrompt: (username) => (username === undefined ? "kata sandi: " : `kata sandi untuk ${username}: `),
  newPasswordPrompt: (username) =>
    username === undefined ? "kata sandi baru: " : `kata sandi baru untuk ${username}: `,
  repeatPrompt: "kata sandi yang sama sekali lagi: ",
  passwordsDiffer: "kedua kata sandi tidak sama: ketik keduanya lagi",
  tryAgain: "ketik kata sandi lagi; Enter saja kembali ke layar pertama",
  kept: "lain kali Anda masuk tanpa kata sandi; ketik logout untuk mengakhiri sesi ini",
  ended: (username) => `sesi ${username} yang disimpan sudah berakhir: masuk lagi`,
  notWritten: "berkasnya tidak dapat ditulis",
  looseFile: (path, command) => `${path} tidak dipakai, karena pengguna lain dapat membukanya: jalankan ${command}`,
  foreignFile: (path) => `${path} tidak dipakai, karena milik pengguna lain`,
  damagedFile: (path, movedTo) => `${path} rusak: tidak dipakai, dan sekarang bernama ${movedTo}`,
  failedFile: (path, code) => `${path} tidak dapat dipakai (${code}): tidak ada yang disimpan di sana`,
};
