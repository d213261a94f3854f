import type { room as en } from "../en/room.ts";

/** Answers to the lines that a person types in the room, and what the program says about events there. */
export const room: typeof en = {
  summaries: {
    history: "tampilkan pesan sebelumnya, pesan dengan NAME, atau pesan di sekitar #ID",
    search: "cari pesan yang memuat semua WORDS; search saja menampilkan lanjutannya",
    new: "tampilkan pesan sejak terakhir kali Anda membaca di sini",
    jump: "tampilkan pesan di sekitar pesan ID",
    say: "kirim baris yang bukan perintah ke semua orang: on atau off",
    presence:
      "tampilkan siapa yang datang dan pergi: all, quiet (jumlahnya saja), off, atau auto (quiet di atas 20 orang)",
    bell: "berbunyi untuk pesan pribadi dan nama Anda (all), untuk pesan pribadi (pm), atau tidak pernah (off)",
    notices: "tampilkan di desktop apa yang dapat membunyikan bel: on atau off",
    "help keys": "tampilkan guna setiap tombol",
    quit: "keluar dari ruang; Anda tetap masuk dengan akun Anda",
  },
  usage: (usage, summary) => `ketik ${usage}: ${summary}`,
  allowedValues: (command, values) => `${command} menerima salah satu dari: ${values}`,

  says: {
    on: "baris yang bukan perintah dikirim ke semua orang; say off mengakhirinya",
    off: "baris yang bukan perintah tidak dikirim; say on mengirimnya ke semua orang",
  },
  presence: {
    auto: "siapa yang datang dan pergi ditampilkan selama paling banyak 20 orang di sini",
    all: "siapa yang datang dan pergi ditampilkan",
    quiet: "siapa yang datang dan pergi tidak ditampilkan, hanya berapa orang di sini",
    off: "siapa yang datang dan pergi tidak ditampilkan, begitu pula berapa orang di sini",
  },
  bell: {
    off: "bel tidak berbunyi",
    pm: "bel berbunyi untuk pesan pribadi",
    all: "bel berbunyi untuk pesan pribadi dan untuk nama Anda",
  },
  notices: {
    on: "desktop menampilkan pesan pribadi dan pesan yang memuat nama Anda",
    off: "desktop tidak menampilkan pesan",
  },
  notKept: (setting, why) => `${setting}; tetapi hanya sampai Anda keluar, karena tidak tersimpan: ${why}`,

  nothingNew: "tidak ada pesan dari orang lain sejak terakhir kali Anda membaca di sini",
  moreUnread: "masih ada yang belum Anda baca: ketik new",
  noMessagesWith: (name) => `tidak ada pesan dengan ${name}`,
  noSuchMessage: (id) => `tidak ada pesan #${id} yang dapat Anda lihat`,
  didYouMean: (name) => `apakah maksud Anda ${name}?`,
  manyHere: (count) => `${count} orang di sini: ketik list untuk melihat siapa saja`,

  unclear: (command) => `tidak dikirim: selama baris biasa dikirim ke semua orang, perintahnya ${command}`,
  mayHoldPassword:
    "tidak dikirim: baris ini mirip perintah masuk dan mungkin memuat kata sandi; sendall TEXT tetap mengirimnya",
  unanswered: "ruang ditutup sebelum jawaban datang, jadi mungkin sudah terkirim",
  leftBefore: "Anda keluar sebelum baris ini terkirim",
  tooManyWait: (max) => `sudah ada ${max} baris yang menunggu untuk dikirim`,
  waitsForServer: (why) => `baris ini dikirim sendiri ketika server menerimanya: ${why}`,

  sayIt: "Ctrl-S: kirim ke semua orang, Esc: buang; say on: selalu kirim baris seperti ini",
  runOrSay: "Enter: jalankan perintah, Ctrl-S: kirim ke semua orang, Esc: buang",
  tryAgain: "Enter: kirim lagi, Esc: buang",
  correctIt: "perbaiki, atau Esc: buang",

  privateMessage: (sender) => `${sender}, secara pribadi`,
  mention: (sender) => `${sender} menyebut Anda`,
};
