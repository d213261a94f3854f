import type { commandLine as en } from "../en/commandLine.ts";

/** What the program says about its command line, and in a demo. */
export const commandLine: typeof en = {
  tryDemo: "coba dengan server yang dihapus setelah selesai",
  startServer: "jalankan server, lalu ini lagi di terminal kedua",
  nameServer: "masuk ke ruang di server lain",
  demoNeedsTerminal:
    "obrolan demo hanya untuk orang di terminal, dan ini bukan terminal: jalankan server dengan obrolan serve.",
  demoStarts: "ini demo: sebuah server berjalan di folder sementara, dan semuanya dihapus setelah Anda keluar",
  demoJoin: (line) => `untuk masuk sebagai orang kedua, ketik di terminal lain: ${line}`,
  demoIsOver: "Demo selesai: server, pesan, dan akunnya sudah dihapus.",
  demoServerEnded: "Server demo berhenti, dan demo ikut selesai.",
  demoFailed: (why) => `Demo tidak dapat dimulai: ${why}`,
};
