/// What makes a page of it: colours by the reader's scheme, nothing from anywhere else.
enum HTMLStyle {
  static let text = """
    :root{--ink:#14171c;--soft:#5d6572;--faint:#8a93a1;--page:#f6f7f9;--card:#fff;--line:#e3e6eb;
    --track:#e9ecf1;--met:#17804a;--missed:#c62f26;--unknown:#a86400;--code:#3a6fd8;
    --handler:#a24b96;--bus:#d08700;--sleep:#c3c9d2;--wake:#7d8794;--c1:#3a6fd8;--c2:#d08700;
    --c3:#17956b;--c4:#a24b96;--c5:#cf4d3f;--c6:#4a9ab5;--c7:#8a7a3c;--c8:#8a93a1}
    @media(prefers-color-scheme:dark){:root{--ink:#e8ebf0;--soft:#a2abb8;--faint:#7b8592;
    --page:#101216;--card:#181b21;--line:#2a2f38;--track:#262b34;--met:#4cc38a;--missed:#f2695e;
    --unknown:#e2a53d;--code:#7ba4f8;--handler:#d58ac3;--bus:#e5ac45;--sleep:#414855;
    --wake:#8a93a1;--c1:#7ba4f8;--c2:#e5ac45;--c3:#4cc39a;--c4:#d58ac3;--c5:#f08a7e;--c6:#7cc4db;
    --c7:#c2b06a;--c8:#7b8592}}
    @media print{:root{--page:#fff;--card:#fff;--ink:#000;--soft:#444;--line:#ccc;--track:#e4e4e4}
    section,figure,tr{break-inside:avoid}details:not([open])>*{display:block}
    body{font-size:11px;max-width:none;margin:0}}
    *{box-sizing:border-box}
    html{-webkit-print-color-adjust:exact;print-color-adjust:exact}
    body{font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"DejaVu Sans",sans-serif;
    color:var(--ink);background:var(--page);max-width:66rem;margin:0 auto;padding:1.5rem 1rem 4rem}
    header,section{background:var(--card);border:1px solid var(--line);border-radius:12px;
    padding:1.1rem 1.4rem;margin:0 0 1rem}
    header{border-top:5px solid var(--edge)}
    h1{font-size:1.45rem;line-height:1.25;margin:0;font-weight:650}
    h2{font-size:1.05rem;margin:0 0 .6rem;font-weight:650}
    h3{font-size:.95rem;margin:1.3rem 0 .3rem;font-weight:600}h2+h3{margin-top:0}
    p{margin:.3rem 0}.soft,figcaption,.soft a{color:var(--soft)}.lead{font-size:1.05rem}
    table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums;font-size:.9rem}
    th,td{text-align:left;padding:.28rem .8rem .28rem 0;border-bottom:1px solid var(--line);
    vertical-align:middle;overflow-wrap:anywhere}
    tr:last-child td{border-bottom:0}th:last-child,td:last-child{padding-right:0}
    th{color:var(--soft);font-weight:500;font-size:.82rem}
    .n{text-align:right;white-space:nowrap}td.c{width:13rem;min-width:7rem}
    code,pre{font:.84em/1.5 ui-monospace,"DejaVu Sans Mono",Menlo,monospace}
    pre{overflow:auto;margin:0}details{margin-top:.4rem}
    summary{cursor:pointer;color:var(--soft);font-size:.9rem}
    .pill{display:inline-block;border-radius:99px;padding:.05em .7em;font-weight:650;font-size:.8em;
    color:var(--card);vertical-align:.1em}
    header .pill.met{background:var(--met);color:var(--card)}
    header .pill.missed{background:var(--missed);color:var(--card)}
    header .pill.unknown{background:var(--unknown);color:var(--card)}
    .chips{display:flex;flex-wrap:wrap;gap:.3rem .5rem;margin-top:.7rem;font-size:.85rem}
    .chips span{border:1px solid var(--line);border-radius:6px;padding:.05rem .5rem;
    color:var(--soft)}
    .cards{display:grid;grid-template-columns:repeat(auto-fit,minmax(11rem,1fr));gap:.8rem;
    margin:0 0 1rem}
    .cards div{background:var(--card);border:1px solid var(--line);border-radius:12px;
    padding:.8rem 1rem}
    .cards b{display:block;font-size:1.5rem;font-weight:650;line-height:1.3;
    font-variant-numeric:tabular-nums}
    .cards span{color:var(--soft);font-size:.85rem;display:block}
    figure{margin:.5rem 0 .8rem}figcaption{font-size:.85rem;margin-top:.25rem}
    svg{display:block;width:100%;height:auto;overflow:visible}
    svg.bar{height:.85rem}svg.thick{height:1.5rem}
    svg text{font:12px system-ui,"DejaVu Sans",sans-serif;fill:var(--soft)}
    svg text.ink{fill:var(--ink)}svg text.on{fill:var(--card);font-weight:600}
    svg .grid{stroke:var(--line);stroke-width:1}svg .axis{stroke:var(--faint);stroke-width:1}
    svg .limit{stroke:var(--missed);stroke-width:1.5;stroke-dasharray:5 4}
    svg .mark{stroke:var(--ink);stroke-width:1.2}
    .track{fill:var(--track)}.limitmark{fill:var(--ink)}.band{fill:var(--ink);opacity:.22}
    .met{fill:var(--met);color:var(--met)}.missed{fill:var(--missed);color:var(--missed)}
    .unknown{fill:var(--unknown);color:var(--unknown)}td .met,td .missed,td .unknown{
    font-weight:600}
    .code{fill:var(--code)}.handler{fill:var(--handler)}.bus{fill:var(--bus)}
    .sample{fill:var(--card);stroke:var(--c3);stroke-width:2}.sleep{fill:var(--sleep)}.wake{fill:var(--wake)}
    .c1{fill:var(--c1)}.c2{fill:var(--c2)}.c3{fill:var(--c3)}.c4{fill:var(--c4)}
    .c5{fill:var(--c5)}.c6{fill:var(--c6)}.c7{fill:var(--c7)}.c8{fill:var(--c8)}
    .legend{display:flex;flex-wrap:wrap;gap:.15rem 1rem;font-size:.85rem;color:var(--soft);
    margin:.35rem 0 .6rem}.legend svg{display:inline-block;width:.7rem;height:.7rem;
    margin-right:.35rem}
    .flame text{font:11px ui-monospace,"DejaVu Sans Mono",monospace;fill:#14171c;
    pointer-events:none}.flame rect{stroke:var(--card);stroke-width:1}
    .scroll{overflow-x:auto}
    @media(max-width:40rem){body{padding:.5rem}header,section{padding:.8rem .9rem;
    border-radius:8px}td.c{display:none}th.c{display:none}}
    """
}
