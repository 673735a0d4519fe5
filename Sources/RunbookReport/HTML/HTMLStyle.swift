/// How the page looks: light and dark, on a wide screen, on a phone, on paper.
enum HTMLStyle {
  static let text = """
    :root{color-scheme:light dark;--bg:#fff;--fg:#1b1f24;--soft:#57606a;--line:#d0d7de;--panel:#f6f8fa;
    --good:#116329;--goodbg:#dafbe1;--bad:#a40e26;--badbg:#ffebe9;--warn:#7a4b00;--warnbg:#fff4d6;
    --look:#8ab6e8;--work:#0b5cad;--people:#8a5a00;--undo:#7a3fc0;--failed:#cf222e;--doubt:#b35900;
    --delay:#8c959f;--nobody:#8c959f;--up:#2da44e}
    @media screen and (prefers-color-scheme:dark){:root{--bg:#0d1117;--fg:#e6edf3;--soft:#9aa4af;--line:#30363d;
    --panel:#161b22;--good:#56d364;--goodbg:#0f2a17;--bad:#ff9492;--badbg:#3a1114;--warn:#f0c05a;--warnbg:#2e2208;
    --look:#3d6a9e;--work:#6cb6ff;--people:#e3b341;--undo:#b58aff;--failed:#ff7b72;--doubt:#ffa657;
    --delay:#6e7681;--nobody:#6e7681;--up:#3fb950}}
    *{box-sizing:border-box}
    html{-webkit-text-size-adjust:100%;text-size-adjust:100%}
    body{margin:0;background:var(--bg);color:var(--fg);font:16px/1.5 system-ui,-apple-system,"Segoe UI",
    "Noto Sans","Noto Sans CJK SC","PingFang SC","Microsoft YaHei",sans-serif;overflow-wrap:anywhere}
    header,main{max-width:72rem;margin:0 auto;padding:0 1.25rem}
    h1{font-size:1.6rem;line-height:1.25;margin:1.5rem 0 .5rem}
    h2{font-size:1.25rem;margin:2.25rem 0 .5rem;padding-bottom:.25rem;border-bottom:2px solid var(--line)}
    h3{font-size:1rem;margin:1.25rem 0 .25rem}
    a{color:inherit}
    code,pre{font:.875em/1.45 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace}
    pre{background:var(--panel);border:1px solid var(--line);padding:.5rem .75rem;white-space:pre-wrap;margin:.5rem 0}
    .note,.sub{color:var(--soft);font-size:.875rem}
    .sub{display:block}
    .verdict{border:1px solid var(--line);border-left:.5rem solid;border-radius:.25rem;padding:.75rem 1rem;margin:1rem 0}
    .verdict strong{display:block;font-size:1.125rem}
    .good{border-left-color:var(--good);background:var(--goodbg)}
    .bad{border-left-color:var(--bad);background:var(--badbg)}
    .open{border-left-color:var(--warn);background:var(--warnbg)}
    .w-good{color:var(--good);font-weight:600}.w-bad{color:var(--bad);font-weight:600}.w-open{color:var(--warn);font-weight:600}
    .tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(13rem,1fr));gap:.75rem;margin:1rem 0;padding:0;list-style:none}
    .tiles li{border:1px solid var(--line);border-radius:.25rem;background:var(--panel);padding:.6rem .8rem}
    .tiles b{display:block;font-size:1.4rem;line-height:1.3}
    nav ol{columns:16rem;font-size:.875rem;padding-left:1.5rem;margin:1rem 0}
    table{border-collapse:collapse;width:100%;margin:.5rem 0 1rem;font-size:.9rem}
    caption{text-align:left;color:var(--soft);font-size:.875rem;padding:.25rem 0}
    th,td{border-bottom:1px solid var(--line);padding:.35rem .5rem;text-align:left;vertical-align:top;min-width:5.3rem}
    .t-findings th:first-child,.t-findings thead th:first-child{min-width:2.6rem}.t-findings td:nth-child(2),.t-steps td:nth-child(2){min-width:6.8rem}.t-steps td:nth-child(4),.t-moments td:nth-child(4){min-width:6rem}.t-moments td:nth-child(3){min-width:9rem}.chart th,.chart td{min-width:0}
    thead th{background:var(--panel);border-bottom:2px solid var(--line);font-size:.8125rem;overflow-wrap:normal}
    tbody th{font-weight:600}.sub{font-weight:400}
    .t-phases th,.t-integrity th,.t-identity th{width:16rem}.t-moments tbody th{white-space:nowrap;font-weight:400;font-variant-numeric:tabular-nums}.t-phases tbody th{font-weight:400}
    .t-split tbody th{width:15rem}.t-split td:nth-child(2){min-width:6.5rem;font-weight:600}
    .t-steps tbody th,.t-standing tbody th,.t-undone tbody th,.t-notrun tbody th,.t-points tbody th{min-width:9rem}
    details{border:1px solid var(--line);border-radius:.25rem;margin:.4rem 0;padding:.3rem .75rem}
    summary{cursor:pointer;padding:.2rem 0}
    summary:focus-visible,a:focus-visible{outline:3px solid var(--work);outline-offset:2px}
    .t-sign td,.t-sign tbody th{height:3rem;border:1px solid var(--line)}
    .t-findings td:nth-child(n+4){border-left:1px solid var(--line)}
    .chart{table-layout:fixed;margin-top:0}
    .chart th,.chart td{border:0;padding:0}
    .chart tbody th,.chart thead th:first-child{width:15rem;padding-right:.6rem;font-size:.8125rem;font-weight:400;line-height:1.25}
    .chart thead th{background:none;border:0}
    .chart td:last-child,.chart thead th:last-child{width:14.5rem;padding-left:.6rem;font-size:.8125rem;line-height:1.25}
    .chart .stage th,.chart .stage td{font-weight:600;border-top:1px solid var(--line)}
    .chart .stage td:last-child{font-weight:400}
    .chart td{vertical-align:middle}
    .chart tbody th{vertical-align:middle}
    .chart svg{display:block;width:100%;height:2.3rem;overflow:visible}
    .chart tbody td:last-child{line-height:1.2;font-size:.75rem;height:2.3rem}
    .chart .sub{font-size:inherit}
    .chart .axis svg{height:58px}
    .chart text{font-size:11px;fill:var(--fg);font-variant-numeric:tabular-nums}
    .chart text.utc{fill:var(--soft)}
    .chart .path{fill:var(--fg)}
    .s-look{fill:var(--look);stroke:var(--look)}.s-work{fill:var(--work);stroke:var(--work)}
    .s-people{fill:url(#p-people);stroke:var(--people)}.s-undo{fill:url(#p-undo);stroke:var(--undo)}
    .s-failed{fill:var(--failed);stroke:var(--failed)}.s-doubt{fill:url(#p-doubt);stroke:var(--doubt)}
    .s-delay{fill:none;stroke:var(--delay);stroke-dasharray:2 2}.s-nobody{fill:url(#p-nobody);stroke:var(--nobody)}
    .s-good{fill:var(--up);stroke:var(--up)}.s-bad{fill:url(#p-bad);stroke:var(--failed)}.s-unknown{fill:url(#p-nobody);stroke:var(--delay)}
    .s-stage{fill:var(--soft);stroke:none}.s-load{fill:var(--look);stroke:none}
    .m{stroke:var(--soft);stroke-width:1;stroke-dasharray:3 3}.m-rto,.m-mtpd{stroke:var(--failed);stroke-width:2;stroke-dasharray:none}
    .m-recovered{stroke:var(--up);stroke-width:2;stroke-dasharray:none}.m-back{stroke:var(--undo);stroke-width:1.5;stroke-dasharray:6 2}
    .tick{stroke:var(--line)}
    .key{display:flex;flex-wrap:wrap;gap:.25rem 1rem;list-style:none;padding:0;font-size:.8125rem;margin:.25rem 0}
    .key svg{width:1.6rem;height:.8rem;vertical-align:middle;margin-right:.35rem}
    .defs{position:absolute;width:0;height:0}
    @media screen and (max-width:44em){
    header,main{padding:0 .75rem}
    h1{font-size:1.3rem}
    .cards thead{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
    .cards,.cards caption,.cards tbody,.cards tr,.cards th,.cards td{display:block;width:auto;min-width:0}
    .t-split tbody th,.t-steps tbody th,.t-standing tbody th,.t-undone tbody th,.t-notrun tbody th,.t-points tbody th,.t-split td:nth-child(2){width:auto;min-width:0}
    .cards tr{border:1px solid var(--line);border-radius:.25rem;margin:.5rem 0;padding:.25rem .5rem}
    .cards th,.cards td{border:0;padding:.15rem 0;height:auto}
    .pairs th,.pairs td{min-width:0;width:50%}
    .cards td:empty{display:none}
    .cards td::before{display:block;color:var(--soft);font-size:.75rem}
    .t-sign td:empty,.t-findings td:empty{display:block;border:0;border-bottom:1px solid var(--line);height:2.4rem}
    .t-sign td::before,.t-findings td:empty::before{content:""}
    .chart,.chart caption,.chart tbody,.chart thead,.chart tr,.chart th,.chart td{display:block}
    .chart tbody th,.chart td:last-child,.chart thead th:first-child{width:auto;padding:0}
    .chart thead th:first-child,.chart thead th:last-child{display:none}
    .chart tbody tr{display:grid;grid-template-columns:auto 1fr;column-gap:.75rem;padding-top:.35rem}
    .chart tbody td:nth-child(2){grid-row:2;grid-column:1/3}
    .chart tbody td:last-child{grid-row:1;grid-column:2;text-align:right}
    .chart .sub{display:inline;margin-left:.4rem}
    .chart svg{height:1.3rem}
    .chart tbody td:last-child{height:auto}
    .chart .alt{display:none}
    }
    @page{margin:14mm 12mm}
    @media print{
    html{font-size:11px}
    body{font-size:1rem;-webkit-print-color-adjust:exact;print-color-adjust:exact}
    header,main{max-width:none;padding:0}
    nav{display:none}
    h1,h2,h3,summary,caption{break-after:avoid}
    tr,.verdict,.tiles,.key,pre,li,.chart{break-inside:avoid}
    tbody tr:first-child{break-before:avoid}
    thead{display:table-header-group}
    h2{margin-top:1.25rem}
    .t-targets,.t-points,.t-phases,.t-split{break-inside:avoid}
    .only-screen{display:none}
    .chart tbody th{width:10rem}.chart td:last-child,.chart thead th:last-child{width:9rem}
    details{border-color:var(--line)}
    details.paper::details-content{content-visibility:visible;display:block}
    #findings,#attestation{break-inside:avoid-page}
    }

    """
}
