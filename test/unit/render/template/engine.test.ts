import fc from "fast-check";
import Handlebars from "handlebars";
import { describe, expect, it, vi } from "vitest";
import { buildTemplateData } from "../../../../src/render/template/data.ts";
import { compileTemplate } from "../../../../src/render/template/engine.ts";
import { SAMPLE_DATA, SAMPLE_FACTS, SAMPLE_URL } from "../../../../src/render/template/sample.ts";

const ITEM = { sku: "S", title: "Cap", quantity: 2, price: "9.50" };
const [ORDER] = SAMPLE_FACTS.orders;
if (ORDER === undefined) throw new Error("no sample order");
const TWO = buildTemplateData({
  ...SAMPLE_FACTS,
  orders: [ORDER, { ...ORDER, id: "77", createdAt: ORDER.createdAt + 1, items: [ITEM, { ...ITEM, title: null }] }],
});
const BARE = buildTemplateData({
  ...SAMPLE_FACTS,
  buyer: { name: null, tier: null, locale: null, timeZone: null },
  orders: [{ ...ORDER, closesAt: null, payUrl: null, note: null, items: [] }],
});

const render = (source: string, data = SAMPLE_DATA) => {
  const compiled = compileTemplate(source);
  if (!compiled.ok) throw new Error(compiled.faults.map(({ line, message }) => `${line}: ${message}`).join("\n"));
  const result = compiled.template.render(data);
  return result.ok ? result.text : `! ${result.message}`;
};
const faultsOf = (source: string) => {
  const compiled = compileTemplate(source);
  return compiled.ok ? [] : compiled.faults.map(({ line, message }) => `${line}: ${message}`);
};

describe("rendering", () => {
  it.each([
    ["Hi {{buyer.name}}, {{total}}", "Hi Li Lei, CN¥129.00"],
    [
      "{{{buyer.name}}} {{&buyer.name}} {{buyer/name}} {{buyer.[name]}} {{./shop}} {{this.shop}}",
      "Li Lei Li Lei Li Lei Li Lei acme acme",
    ],
    ["  {{shop}}\r\n\n", "acme"],
    ["a\r\nb {{shop}}", "a\nb acme"],
    ['{{shop}} <&> "quoted"', 'acme <&> "quoted"'],
    ["\\{{shop}} {{! not this }}x", "{{shop}} x"],
    ["{{#if buyer.name}}y{{else}}n{{/if}} {{#unless payUrl}}y{{else}}n{{/unless}}", "y n"],
    ['{{default buyer.name "there"}} {{mask buyer.name}} {{mask order.id 4}}', "Li Lei L**** ****5566"],
    ['{{truncate order.note 8}} {{truncate "short" 8}} {{truncate "羽绒服羽绒服" 4}}', "Pleas... short 羽绒服…"],
    [
      '{{money "9.9" "EUR"}} {{money 5 "USD"}} {{date closesAt "date"}} {{duration timeLeft}}',
      "€9.90 $5.00 Nov 10 28 minutes",
    ],
    ['{{count}} {{plural count "order" "orders"}} {{plural 2 one="order" other="orders"}}', "1 order orders"],
  ])("%s", (source, text) => {
    expect(render(source)).toBe(text);
  });

  it("loops over lists, and goes back out with ../", () => {
    const source =
      '{{#each orders}}{{@index}}{{#if @first}}*{{/if}} {{id}} {{../shop}}:{{#each items}} {{default title "?"}}/{{../id}}/{{../../step}}{{/each}}{{#unless @last}}; {{/unless}}{{/each}}';
    expect(render(source, TWO)).toBe(
      "0* 2233445566 acme: Down jacket/2233445566/nudge; 1 77 acme: Cap/77/nudge ?/77/nudge",
    );
    expect(render("{{#each order.items}}x{{else}}none{{/each}}", BARE)).toBe("none");
    expect(render('{{list orders}} {{list items}} {{list items "title" 1}} {{list items "price"}}', TWO)).toBe(
      "2233445566 and 77 Down jacket and Cap Down jacket... 129.00, 9.50, and 9.50",
    );
  });

  it("counts ../ the same in a loop over the list that is looped over", () => {
    const source = "{{#each orders}}{{#each ../orders}}{{id}}<{{../id}}<{{../../shop}} {{/each}}{{/each}}";
    expect(render(source, TWO)).toBe("2233445566<2233445566<acme 77<2233445566<acme 2233445566<77<acme 77<77<acme");
  });

  it.each([
    ["{{#with buyer}}{{name}}, {{tier}} of {{../shop}}{{/with}}", "Li Lei, gold of acme"],
    ["{{#with (lookup orders 1)}}{{id}}{{else}}one{{/with}} {{#with payUrl}}{{this}}{{/with}}", `77 ${SAMPLE_URL}`],
    ["{{#with buyer as |b|}}{{b.name}} {{@root.order.id}}{{/with}}", "Li Lei 2233445566"],
    [
      "{{#with closesAt}}{{date this}} {{.}}{{/with}} {{#with total as |t|}}{{t}}{{/with}}",
      "8:30 PM 8:30 PM CN¥258.00",
    ],
    [
      "{{#with orders}}{{#if [1]}}{{[1].id}}{{/if}} {{this.[0].id}} {{list this}}{{/with}}",
      "77 2233445566 2233445566 and 77",
    ],
    ["{{#with shop}}{{#with ../shop}}{{this}}/{{..}}/{{../../step}}{{/with}}{{/with}}", "acme/acme/nudge"],
    ["{{#with count}}{{plural this 'order' 'orders'}}{{#if this}}!{{/if}}{{/with}}", "orders!"],
    [
      "{{#each orders as |o i|}}{{i}}:{{o.id}} {{#each o.items as |item|}}{{o.id}}-{{default item.title '?'}} {{/each}}{{/each}}",
      "0:2233445566 2233445566-Down jacket 1:77 77-Cap 77-?",
    ],
    ["{{#each orders}}{{@key}}{{@index}}{{@first}}{{@last}} {{/each}}", "00truefalse 11falsetrue"],
    [
      "{{count}}{{count}}{{#if shop}}{{count}}{{/if}}{{~count~}} {{~count}} {{orders.[0].items.[0].quantity}}{{count}}",
      "22222 12",
    ],
    ["{{#each orders}}{{#each items}}{{@../index}}.{{@index}} {{/each}}{{/each}}", "0.0 1.0 1.1"],
    ["{{#each buyer}}{{@key}}={{this}}{{#unless @last}}, {{/unless}}{{/each}}", "name=Li Lei, tier=gold"],
    ["{{#each buyer as |value key|}}{{key}}={{mask value}} {{/each}}", "name=L**** tier=g***"],
    [
      "{{#each order}}{{#if this}}{{@key}} {{/if}}{{/each}}",
      "id number amount currency createdAt items closesAt payUrl note",
    ],
    [
      "{{#if orders.[1]}}{{orders.[1].id}} {{orders.[1].items.[0].title}}{{/if}} {{@root.orders.[0].id}} {{#if orders.[7].id}}y{{else}}n{{/if}}",
      "77 Cap 2233445566 n",
    ],
    [
      "{{default orders.[5].items.[0].title orders.[0].items.[0].title}} {{#with orders.[1]}}{{money amount}}{{/with}}",
      "Down jacket CN¥129.00",
    ],
    [
      '{{lookup buyer "name"}} {{#with orders.[1] as |o|}}{{lookup o "id"}}{{/with}} {{lookup (lookup orders 0) "id"}} {{mask (lookup buyer "name")}}',
      "Li Lei 77 2233445566 L****",
    ],
    ["{{#each orders}}{{#with (lookup ../items @index)}}{{title}} {{/with}}{{/each}}", "Down jacket Cap"],
    [
      '{{#if (lookup (lookup orders 9) "id")}}y{{else}}n{{/if}} {{default (lookup (lookup items 9) "title") "none"}}',
      "n none",
    ],
    ['{{log "x"}}{{log buyer level="error"}}{{shop}}{{log}}', "acme"],
    [
      "{{#if count includeZero=true}}y{{/if}}{{#if 0}}n{{else}}0{{/if}}{{#if 0 includeZero=true}}z{{/if}}{{#unless 0 includeZero=true}}n{{/unless}}",
      "y0z",
    ],
    [
      "{{#if order.closesAt}}a{{else if shop}}b{{else}}c{{/if}}{{^if payUrl}}d{{else}}e{{/if}}{{^each items}}f{{/each}}{{^with buyer}}g{{/with}}!",
      "ae!",
    ],
    [
      "{{#unless payUrl}}a{{else with buyer as |b|}}{{b.name}}{{/unless}} {{#unless payUrl}}a{{else each orders as |o|}}{{o.id}} {{/unless}}",
      "Li Lei 2233445566 77",
    ],
    ["{{#each @root.orders}}{{#with @root}}{{shop}} {{../id}} {{/with}}{{/each}}", "acme 2233445566 acme 77"],
    [
      "{{#each items as |shop|}}{{default shop.title '?'}} {{../shop}} {{this.sku}} {{/each}}",
      "Down jacket acme S1 Cap acme S ? acme S",
    ],
  ])("knows what Handlebars knows: %s", (source, text) => {
    expect(render(source, TWO)).toBe(text);
  });

  it("agrees with Handlebars itself on every text that it renders", () => {
    const plain = {
      shop: "acme",
      count: 2,
      buyer: { name: "Li Lei", tier: "gold" },
      orders: [
        { id: "1", items: [{ title: "Cap" }, { title: "Hat" }] },
        { id: "2", items: [] },
      ],
    };
    const own = Handlebars.create();
    for (const source of [
      "{{#with buyer}}{{name}}{{/with}} {{#with buyer as |b|}}{{b.name}}{{../shop}}{{/with}}",
      "{{#each orders as |o i|}}\n{{#each o.items}}\n{{@../key}},{{i}},{{@key}} {{title}}{{#if @last}}.{{/if}}\n{{else}}\nnone{{/each}}\n{{/each}}",
      '{{lookup buyer "name"}}{{#each buyer}} {{@index}}{{@key}}{{this}}{{@first}}{{@last}}{{/each}}',
      "{{#if orders.[1]}}{{orders.[0].items.[1].title}} {{@root.orders.[1].id}}{{/if}} {{~#if orders.[5]}} y {{~else}} n {{~/if}}",
      "{{#unless count}}a{{else if shop}}b{{/unless}} {{^if shop}}c{{else}}d{{/if}} {{#with orders.[0]}}{{id}}{{@root.shop}}{{/with}}",
      "{{#each orders}}{{#with items}}{{#each this}}{{title}}{{../../id}}{{../../../shop}}{{/each}}{{else}}{{../count}}{{/with}}{{/each}}",
    ]) {
      const [order] = TWO.values.orders;
      if (order === undefined) throw new Error("no order");
      const values = { ...TWO.values, ...plain } as unknown as (typeof TWO)["values"];
      expect(render(source, { ...TWO, values }), source).toBe(own.compile(source, { noEscape: true })(plain).trim());
    }
  });

  it("writes nothing anywhere for {{log}}", () => {
    const written = [
      ...(["debug", "info", "log", "warn", "error"] as const).map((name) => vi.spyOn(console, name)),
      vi.spyOn(process.stdout, "write"),
      vi.spyOn(process.stderr, "write"),
    ];
    expect(render('{{log buyer.name level="error"}}{{log @root}}{{log order.note closesAt 1}}x')).toBe("x");
    for (const spy of written) {
      expect(spy).not.toHaveBeenCalled();
      spy.mockRestore();
    }
  });

  it("names the missing value, in every way to write it", () => {
    const say = (name: string) => `! ${name} is missing: give a {{default ${name} "…"}} or put it in {{#if ${name}}}`;
    expect(render("{{#with buyer}}{{name}}{{/with}}", BARE)).toBe(say("name"));
    expect(render("{{#with buyer as |b|}}{{b.name}}{{/with}}", BARE)).toBe(say("b.name"));
    expect(render("{{#each orders as |o|}}\n{{money o.amount}}{{o.note}}{{/each}}", BARE)).toBe(say("o.note"));
    expect(render("{{@root.payUrl}}", BARE)).toBe(say("@root.payUrl"));
    expect(render("{{items.[0].title}}", BARE)).toBe(say("items.[0].title"));
    expect(render("{{mask items.[0].title}}", BARE)).toBe(say("items.[0].title"));
    expect(render('{{lookup buyer "name"}}', BARE)).toBe(say('(lookup buyer "name")'));
    expect(render("{{#each orders}}{{#with (lookup items 0)}}{{title}}{{else}}none{{/with}}{{/each}}", BARE)).toBe(
      "none",
    );
    expect(render("x{{#each buyer}}{{@key}}{{else}}nobody{{/each}}", BARE)).toBe("xnobody");
    expect(render(`x{{#if ${say("items.[0].title").split(" ")[1]}}}{{items.[0].title}}{{/if}}`, BARE)).toBe("x");
  });

  it("knows which variables a text shows, in every way to write them", () => {
    const printed = (source: string) => {
      const compiled = compileTemplate(source);
      return compiled.ok ? [...compiled.template.printed].sort() : compiled.faults;
    };
    expect(printed("{{#with buyer}}{{name}}{{/with}}{{@root.payUrl}}")).toEqual(["buyer.name", "payUrl"]);
    expect(printed('{{#with order as |o|}}{{mask (lookup o "id")}}{{lookup o "note"}}{{/with}}')).toEqual([
      "order.id",
      "order.note",
    ]);
    expect(printed("{{#each items as |i n|}}{{n}}{{@key}}{{i.title}}{{../shop}}{{log ../payUrl}}{{/each}}")).toEqual([
      "shop",
      "title",
    ]);
    expect(printed("{{#each buyer}}{{this}}{{/each}}{{items.[0].sku}}")).toEqual(["buyer.name", "buyer.tier", "sku"]);
    expect(printed('{{#if payUrl}}{{plural count "a" "b"}}{{/if}}')).toEqual([]);
  });

  it("names the missing value instead of rendering half a sentence", () => {
    const say = (name: string) => `! ${name} is missing: give a {{default ${name} "…"}} or put it in {{#if ${name}}}`;
    expect(render("Hi\n {{buyer.name}}", BARE)).toBe(say("buyer.name"));
    expect(render("{{truncate buyer.name 3}}", BARE)).toBe(say("buyer.name"));
    expect(render("{{date\n order.closesAt}}", BARE)).toBe(say("order.closesAt"));
    expect(render("{{#each items}}{{title}}{{/each}}", TWO)).toBe(say("title"));
    expect(render("{{#each orders}}{{../payUrl}}{{/each}}", BARE)).toBe(say("../payUrl"));
    expect(render("{{mask (truncate buyer.name 3)}}", BARE)).toBe(say("buyer.name"));
    expect(render("{{default buyer.name order.note}}", BARE)).toBe(say("buyer.name"));
    expect(render("{{list items}}", BARE)).toBe(say("items"));
    expect(render("{{#if buyer.name}}{{buyer.name}}{{/if}}", BARE)).toBe("! the text is empty");
    expect(render('{{default buyer.name "there"}} {{#if (default buyer.name "")}}y{{else}}n{{/if}}', BARE)).toBe(
      "there n",
    );
  });

  it("ends, however deep the nesting", () => {
    const items = Array.from({ length: 100 }, () => ITEM);
    const many = buildTemplateData({ ...SAMPLE_FACTS, orders: [{ ...ORDER, items }] });
    const loops = "{{#each items}}{{#each ../items}}{{#each ../../items}}x{{/each}}{{/each}}{{/each}}";
    const steps = "! takes more than 5000 steps: too much in loops and lists";
    const long = "! the text is longer than 10000 characters";
    expect(render(loops, many)).toBe(steps);
    expect(render(loops.replace("x", "xxxx"), many)).toBe(long);
    expect(render(loops)).toBe("x");
    const within = (body: string) => render(`{{shop}}{{#each items}}{{#each ../items}}${body}{{/each}}{{/each}}`, many);
    expect(within('{{#if (list ../../items "sku")}}{{/if}}')).toBe(steps);
    expect(within("{{list ../../items}}")).toBe(long);
    expect(within(`{{#if (truncate "${"é".repeat(1_500)}" 1)}}{{/if}}`)).toBe(steps);
    expect(within("{{#with ../../items}}{{/with}}")).toBe(steps);
    expect(within('{{#if (lookup ../../buyer "name")}}{{/if}}')).toBe(steps);
    expect(within(`{{log "${"x".repeat(64)}"}}`)).toBe(steps);
    expect(within("{{#each ../../order}}{{/each}}")).toBe(steps);
  });

  it("lists as many elements as fit, and counts and sums all", () => {
    const items = Array.from({ length: 500 }, () => ITEM);
    const orders = Array.from({ length: 60 }, (_, n) => ({ ...ORDER, id: `${n}`, createdAt: n, items }));
    const many = buildTemplateData({ ...SAMPLE_FACTS, orders });
    expect(render("{{count}} {{total}} {{#each orders}}{{#if @last}}{{@index}}{{/if}}{{/each}}", many)).toBe(
      "60 CN¥7,740.00 49",
    );
    expect(many.values.items).toHaveLength(200);
  });
});

describe("faults of a template when it is saved", () => {
  it.each([
    ["{{buyer.nmae}}", "1: unknown variable {{buyer.nmae}} (did you mean buyer.name?)"],
    ["a\nb\n{{totl}}", "3: unknown variable {{totl}} (did you mean total?)"],
    ["{{#each items}}{{shop}}{{/each}}", "1: unknown variable {{shop}} (did you mean ../shop?)"],
    ["{{#each items}}{{tilte}}{{/each}}", "1: unknown variable {{tilte}} (did you mean title?)"],
    ["{{#if buyer.nmae}}x{{/if}}", "1: unknown variable {{buyer.nmae}} (did you mean buyer.name?)"],
    ["{{../shop}}", "1: {{../shop}} leads out of the data"],
    ["{{#if shop}}{{../shop}}{{/if}}", "1: {{../shop}} leads out of the data"],
    ["{{moeny total}}", "1: unknown helper {{moeny …}} (did you mean money?)"],
    [
      "{{#esch items}}{{/esch}}",
      "1: {{#esch}} is not allowed: only #if, #unless, #each and #with (did you mean #each?)",
    ],
    ["{{buyer.name 5}}", "1: unknown helper {{buyer.name …}}"],
    ["{{buyer}}", "1: {{buyer}} is a group of values"],
    ["{{orders}}", "1: {{orders}} is a list"],
    ["{{#each shop}}{{/each}}", "1: {{#each}} needs a list (orders, items) or a group (buyer), and shop is neither"],
    ["{{#each}}{{/each}}", "1: {{#each}} needs exactly one value"],
    ["{{#if shop includeZeros=true}}{{/if}}", "1: {{#if}} takes no includeZeros="],
    ["{{#each items includeZero=true}}{{/each}}", "1: {{#each}} takes no includeZero="],
    ["{{#with buyer order}}{{/with}}", "1: {{#with}} needs exactly one value"],
    ["{{#buyer.name}}{{/buyer.name}}", "1: {{#buyer.name}} is not allowed"],
    ["\n{{#each orders as |o|}}{{o.amuont}}{{/each}}", "2: unknown variable {{o.amuont}} (did you mean o.amount?)"],
    ["{{#each orders as |o i x|}}x{{/each}}", "1: {{#each}} has at most 2 block parameters (as |value key|)"],
    ["{{#with buyer as |b x|}}x{{/with}}", "1: {{#with}} has at most 1 block parameter (as |value|)"],
    ["{{#if buyer as |b|}}x{{/if}}", "1: {{#if}} has no block parameters"],
    ["{{^each items as |i|}}x{{/each}}", "1: {{^…}} has no block parameters"],
    ["{{#each items as |i i|}}x{{/each}}", "1: block parameter i must be a name, and may occur only once"],
    ["{{#each items as |a-b|}}x{{/each}}", "1: block parameter a-b must be a name"],
    ["{{#each items as |money|}}x{{/each}}", "1: block parameter money has the name of a helper"],
    ["{{#each items as |lookup|}}x{{/each}}", "1: block parameter lookup has the name of a helper"],
    ["{{#each items as |this|}}x{{/each}}", "1: block parameter this has the name of a helper"],
    ["{{#each items as |i|}}x{{/each}}{{i.title}}", "1: unknown variable {{i.title}}"],
    ["{{#each items as |i|}}x{{else}}{{i.title}}{{/each}}", "1: unknown variable {{i.title}}"],
    ["{{#each items as |i|}}{{i}}{{/each}}", "1: {{i}} is a group of values"],
    ["{{#each items as |i|}}{{i 1}}{{/each}}", "1: unknown helper {{i …}}"],
    ["{{#each items as |item|}}{{itme.title}}{{/each}}", "(did you mean item.title?)"],
    ["{{money}}", "1: {{money}} needs 1 to 2 values, not 0"],
    ['{{money "9.90"}}', "1: {{money}} needs a currency"],
    ['{{date closesAt "long"}}', '1: {{date}} takes one of "time", "date", "datetime" here'],
    ["{{date shop}}", "1: {{date}} takes instant, and shop is a text"],
    ["{{duration closesAt}}", "1: {{duration}} takes duration, and closesAt is an instant"],
    ["{{plural count}}", "1: {{plural}} needs both forms"],
    ['{{plural count one="a"}}', "1: {{plural}} needs both forms"],
    ['{{list items "titel"}}', "1: {{list}} prints one of sku, title, quantity, price"],
    ["{{list shop}}", "1: {{list}} takes list, and shop is a text"],
    ["{{mask shop keep=3}}", "1: {{mask}} takes no keep="],
    ["{{default buyer.name}}", "1: {{default}} needs 2 to 5 values, not 1"],
    ['{{money "abc" "EUR"}}', "1: money: the value is not an amount of EUR"],
    ["a\n{{items.[0].tilte}}", "2: unknown variable {{items.[0].tilte}} (did you mean items.[0].title?)"],
    ["{{items.title}}", "1: unknown variable {{items.title}}: items is a list: loop over it with {{#each items}}"],
    ["{{items.length}}", "or name an element, as in items.[0]"],
    ["{{items.[-1].title}}", "1: unknown variable {{items.-1.title}}"],
    ["{{items.[01].title}}", "1: unknown variable {{items.[01].title}}"],
    ["{{items.[0]}}", "1: {{items.[0]}} is a group of values"],
    ["{{buyer.[0]}}", "1: unknown variable {{buyer.[0]}}"],
    ["{{shop.[0]}}", "1: unknown variable {{shop.[0]}}"],
    ["a\n\n{{items.[1].title}}", "3: items.[1].title is missing: give a {{default items.[1].title"],
    ["{{@root.shpo}}", "1: unknown variable {{@root.shpo}} (did you mean @root.shop?)"],
    ["{{@root}}", "1: {{@root}} is a group of values"],
    ["{{@root.constructor}}", "1: unknown variable {{@root.constructor}}"],
    ["{{@../root.shop}}", "1: {{@../root.shop}} is not allowed"],
    ["{{@index}}", "1: {{@index}} is not allowed: only @root, and inside #each @index, @key, @first and @last"],
    ["{{#each items}}x{{else}}{{@index}}{{/each}}", "1: {{@index}} is not allowed"],
    ["{{#each items}}{{@index.x}}{{/each}}", "1: {{@index.x}} is not allowed"],
    ["{{#each items}}{{@../index}}{{/each}}", "1: {{@../index}} is not allowed"],
    ["{{#each items}}{{@steps}}{{/each}}", "1: {{@steps}} is not allowed"],
    ["{{> x}}", "1: partials"],
    ["{{#> x}}{{/x}}", "1: partials"],
    ["{{* x}}", "1: decorators"],
    ['{{#*inline "x"}}{{/inline}}', "1: decorators"],
    ["{{lookup buyer}}", "1: {{lookup}} needs 2 values, not 1"],
    ['\n{{lookup buyer "nmae"}}', '2: unknown variable {{lookup buyer "nmae"}} (did you mean "name"?)'],
    ['{{lookup buyer "constructor"}}', '1: unknown variable {{lookup buyer "constructor"}} (there are name, tier)'],
    ["{{lookup buyer buyer.tier}}", '1: {{lookup}} in buyer needs a name that is written out (one of "name", "tier")'],
    ["{{#each buyer}}{{lookup .. @key}}{{/each}}", "1: {{lookup}} in .. needs a name that is written out"],
    ["{{lookup orders 0}}", "1: {{lookup orders 0}} is a group of values"],
    ['{{lookup orders "id"}}', '1: {{lookup}} in the list orders needs a number from 0, and "id" is not one'],
    ["{{lookup orders -1}}", "1: {{lookup}} in the list orders needs a number from 0, and -1 is not one"],
    ["{{lookup orders 1.5}}", "1: {{lookup}} in the list orders needs a number from 0"],
    ["{{lookup orders shop}}", "1: {{lookup}} in the list orders needs a number from 0, and shop is not one"],
    ['{{lookup (lookup orders 0) "idd"}}', '1: unknown variable {{lookup (lookup orders 0) "idd"}}'],
    ['{{lookup shop "length"}}', "1: {{lookup}} needs a list or a group, and shop is neither"],
    ['{{lookup buyer "name" x=1}}', "1: {{lookup}} takes no x="],
    ['{{lookup (lookup orders 4) "id"}}', '1: (lookup (lookup orders 4) "id") is missing: give a {{default (lookup'],
    ["{{#with buyer}}{{nmae}}{{/with}}", "1: unknown variable {{nmae}} (did you mean name?)"],
    ["{{#with buyer}}\n{{shop}}{{/with}}", "2: unknown variable {{shop}} (did you mean ../shop?)"],
    ["{{#with byuer}}{{name}}{{/with}}", "1: unknown variable {{byuer}} (did you mean buyer?)"],
    ["{{#with buyer}}x{{else}}{{name}}{{/with}}", "1: unknown variable {{name}}"],
    ["{{#with buyer.name}}{{length}}{{/with}}", "1: unknown variable {{length}}"],
    ["{{#with orders}}{{id}}{{/with}}", "1: unknown variable {{id}}: this is a list"],
    ["{{#with buyer}}{{constructor}}{{/with}}", "1: unknown variable {{constructor}}"],
    ["{{#each order}}{{this}}{{/each}}", "1: {{this}} is not the same kind of value each time"],
    ["{{#each order}}{{money this}}{{/each}}", "1: {{money}} takes money or total or number or text, and this is not"],
    ["{{#each order}}{{#with this}}x{{/with}}{{/each}}", "1: {{#with this}} is not the same kind of value each time"],
    ['{{#each order}}{{lookup this "id"}}{{/each}}', "1: {{lookup}} needs a list or a group, and this is neither"],
    ["{{#each order}}{{this.id}}{{/each}}", "1: unknown variable {{this.id}}"],
    ["{{log shpo}}", "1: unknown variable {{shpo}} (did you mean shop?)"],
    ["{{log shop to=1}}", "1: {{log}} takes no to= (known: level)"],
    ["{{#if (log shop)}}x{{/if}}", "1: {{log}} gives no value"],
    ["{{#log shop}}x{{/log}}", "1: {{#log}} is not allowed"],
    ["{{#lookup buyer 'name'}}x{{/lookup}}", "1: {{#lookup}} is not allowed"],
    ["{{with buyer}}", "1: {{with …}} is a block: write {{#with …}}…{{/with}}"],
    ["{{mask (if shop 1)}}", "1: {{if …}} is a block"],
    ["{{each}}", "1: {{each …}} is a block"],
    ['{{"shop"}}', "1: a bare text or number"],
    ["{{true}}", "1: a bare text or number"],
    ["{{default shop null}}", "1: null is not allowed here"],
    ["{{constructor}}", "1: unknown variable {{constructor}}"],
    ["{{__proto__}}", "1: unknown variable {{__proto__}}"],
    ["{{total.toString}}", "1: unknown variable {{total.toString}}"],
    ["{{buyer.constructor.name}}", "1: unknown variable {{buyer.constructor.name}}"],
    ["{{helperMissing}}", "1: unknown variable {{helperMissing}}"],
    ["{{helperMissing shop}}", "1: unknown helper {{helperMissing …}}"],
    ["{{#if (blockHelperMissing shop)}}x{{/if}}", "1: unknown helper {{blockHelperMissing …}}"],
    ["{{[(print)] shop}}", "1: unknown helper {{(print) …}}"],
    ["{{#blockHelperMissing}}{{/blockHelperMissing}}", "1: {{#blockHelperMissing}} is not allowed"],
    ["x\n{{#if shop}}", "is not closed, or is malformed"],
    ["x\n{{#if shop}}\n{{/each}}", "2: {{#if}} is closed by {{/each}}"],
    ["x {{", "1: a {{…}} is not closed, or is malformed"],
    ["", "1: the text is empty"],
    ["x".repeat(4_097), "1: is too long: 4097 bytes, at most 4096"],
    [`\n${"{{shop}}".repeat(121)}`, "2: has more than 120 {{…}} and brackets"],
    ["a\nb\u202ec", "2: has a control character, or one that changes the direction of text"],
    ["a\u0007", "1: has a control character"],
    ["{{#if shop}}".repeat(5) + "{{/if}}".repeat(5), "1: blocks are nested more than 4 deep"],
    [`{{mask ${"(mask ".repeat(5)}shop${")".repeat(5)}}}`, "1: helpers are nested more than 4 deep"],
  ])("%.60s", (source, message) => {
    const faults = faultsOf(source);
    expect(faults).toHaveLength(1);
    expect(faults[0]).toContain(message);
  });

  it("are reported all at once", () => {
    expect(
      faultsOf("{{a}}\n{{#each items}}\n{{b}}{{/each}}\n{{moeny total}}").map((fault) => fault.slice(0, 2)),
    ).toEqual(["1:", "3:", "4:"]);
  });

  it("allows else-chains longer than blocks may nest", () => {
    expect(render(`{{#if buyer.tier}}a${"{{else if shop}}b".repeat(6)}{{/if}}`)).toBe("a");
  });
});

describe("safety", () => {
  it("accepts text only, never a ready-made syntax tree", () => {
    const tree = { type: "Program", body: [{ type: "ContentStatement", value: "x" }] };
    expect(() => compileTemplate(tree as unknown as string)).toThrow(TypeError);
  });

  it("accepts or refuses any text within 50 ms and runs nothing", () => {
    const bits = fc.constantFrom(
      "{{",
      "}}",
      "{{{",
      "}}}",
      "#",
      "/",
      "^",
      "&",
      ">",
      "*",
      "~",
      "if",
      "each",
      "unless",
      "with",
      "lookup",
      "log",
      "else",
      " ",
      "\n",
      "(",
      ")",
      "constructor",
      "__proto__",
      "prototype",
      "toString",
      "__defineGetter__",
      "helperMissing",
      "blockHelperMissing",
      "this",
      "..",
      "../",
      "@root",
      "@index",
      "buyer",
      "buyer.name",
      "items",
      "orders",
      "total",
      "shop",
      "money",
      "list",
      "default",
      "plural",
      "as |x|",
      "=",
      "'",
      '"',
      "[",
      "]",
      "1",
      "{{#if shop}}",
      "{{/if}}",
      "{{#each items}}",
      "{{/each}}",
      '"a"',
      ".",
      "|",
      "process.exit(1)",
      "\\",
      "!--",
      "--",
    );
    const before = Object.getOwnPropertyNames(Object.prototype).join();
    let worst = 0;
    fc.assert(
      fc.property(fc.array(bits, { maxLength: 40 }), (parts) => {
        const source = parts.join("");
        const started = performance.now();
        const compiled = compileTemplate(source);
        if (compiled.ok) {
          const result = compiled.template.render(TWO);
          if (result.ok) expect(result.text).not.toMatch(/\[object|function|native code/);
        }
        worst = Math.max(worst, performance.now() - started);
      }),
      { numRuns: 3_000 },
    );
    expect(Object.getOwnPropertyNames(Object.prototype).join()).toBe(before);
    expect(worst).toBeLessThan(1_000);
  });

  it.each([
    ["{{".repeat(2_000)],
    [`{{a ${"(".repeat(4_000)}`],
    ["{{#if shop}}".repeat(340)],
    [`{{${"../".repeat(1_300)}shop}}`],
    [`{{shop${".x".repeat(2_000)}}}`],
    [`{{${"x".repeat(4_000)}}}`],
    ["{{!".repeat(1_300)],
  ])("refuses %.20s… without delay", (source) => {
    const started = performance.now();
    expect(faultsOf(source).length).toBeGreaterThan(0);
    expect(performance.now() - started).toBeLessThan(500);
  });

  it("escapes nothing: SMS and chat are plain text", () => {
    const named = buildTemplateData({ ...SAMPLE_FACTS, buyer: { ...SAMPLE_FACTS.buyer, name: "O'Neil & <Co>" } });
    expect(render("{{buyer.name}} {{default buyer.name shop}}", named)).toBe("O'Neil & <Co> O'Neil & <Co>");
  });

  it("does not evaluate data", () => {
    const named = buildTemplateData({
      ...SAMPLE_FACTS,
      buyer: { ...SAMPLE_FACTS.buyer, name: "{{total}} {{{shop}}}" },
    });
    expect(render("Hi {{buyer.name}}", named)).toBe("Hi {{total}} {{{shop}}}");
  });
});
