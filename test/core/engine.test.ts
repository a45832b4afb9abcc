import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { buildTemplateData } from "../../src/render/data.ts";
import { compileTemplate } from "../../src/render/engine.ts";
import { SAMPLE_DATA, SAMPLE_FACTS } from "../../src/render/sample.ts";

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

  it("goes through lists, and back out with ../", () => {
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

  it("counts ../ the same when a list is gone through inside itself", () => {
    const source = "{{#each orders}}{{#each ../orders}}{{id}}<{{../id}}<{{../../shop}} {{/each}}{{/each}}";
    expect(render(source, TWO)).toBe("2233445566<2233445566<acme 77<2233445566<acme 2233445566<77<acme 77<77<acme");
  });

  it("says what is missing instead of sending half a sentence", () => {
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

  it("ends, whatever is nested", () => {
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
  });

  it("lists so much as a message can hold, and counts and sums all", () => {
    const items = Array.from({ length: 500 }, () => ITEM);
    const orders = Array.from({ length: 60 }, (_, n) => ({ ...ORDER, id: `${n}`, createdAt: n, items }));
    const many = buildTemplateData({ ...SAMPLE_FACTS, orders });
    expect(render("{{count}} {{total}} {{#each orders}}{{#if @last}}{{@index}}{{/if}}{{/each}}", many)).toBe(
      "60 CN¥7,740.00 49",
    );
    expect(many.values.items).toHaveLength(200);
  });
});

describe("what is refused when a template is saved", () => {
  it.each([
    ["{{buyer.nmae}}", "1: unknown variable {{buyer.nmae}} (did you mean buyer.name?)"],
    ["a\nb\n{{totl}}", "3: unknown variable {{totl}} (did you mean total?)"],
    ["{{#each items}}{{shop}}{{/each}}", "1: unknown variable {{shop}} (did you mean ../shop?)"],
    ["{{#each items}}{{tilte}}{{/each}}", "1: unknown variable {{tilte}} (did you mean title?)"],
    ["{{#if buyer.nmae}}x{{/if}}", "1: unknown variable {{buyer.nmae}} (did you mean buyer.name?)"],
    ["{{../shop}}", "1: {{../shop}} leads out of the data"],
    ["{{#if shop}}{{../shop}}{{/if}}", "1: {{../shop}} leads out of the data"],
    ["{{moeny total}}", "1: unknown helper {{moeny …}} (did you mean money?)"],
    ["{{#esch items}}{{/esch}}", "1: {{#esch}} is not allowed: only #if, #unless and #each (did you mean #each?)"],
    ["{{buyer.name 5}}", "1: unknown helper {{buyer.name …}}"],
    ["{{buyer}}", "1: {{buyer}} is a group of values"],
    ["{{orders}}", "1: {{orders}} is a list"],
    ["{{#each buyer}}{{/each}}", "1: {{#each}} needs a list"],
    ["{{#each}}{{/each}}", "1: {{#each}} needs exactly one value"],
    ["{{#if shop includeZero=true}}{{/if}}", "1: {{#if}} needs exactly one value"],
    ["{{#buyer.name}}{{/buyer.name}}", "1: {{#buyer.name}} is not allowed"],
    ["{{#each orders as |o|}}x{{/each}}", "1: block parameters"],
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
    ['{{money "abc" "EUR"}}', "1: money: this is no amount of EUR"],
    ["{{items.[0].title}}", "1: unknown variable {{items.0.title}}"],
    ["{{@root.shop}}", "1: {{@root.shop}} is not allowed"],
    ["{{@index}}", "1: {{@index}} is not allowed"],
    ["{{#each items}}{{@key}}{{/each}}", "1: {{@key}} is not allowed"],
    ["{{> x}}", "1: partials"],
    ["{{#> x}}{{/x}}", "1: partials"],
    ["{{* x}}", "1: decorators"],
    ['{{#*inline "x"}}{{/inline}}', "1: decorators"],
    ['{{lookup buyer "name"}}', "1: unknown helper {{lookup …}}"],
    ["{{#with buyer}}{{/with}}", "1: {{#with}} is not allowed"],
    ["{{log shop}}", "1: unknown helper {{log …}}"],
    ['{{"shop"}}', "1: a bare text or number"],
    ["{{true}}", "1: a bare text or number"],
    ["{{default shop null}}", "1: null is not allowed here"],
    ["{{constructor}}", "1: unknown variable {{constructor}}"],
    ["{{__proto__}}", "1: unknown variable {{__proto__}}"],
    ["{{total.toString}}", "1: unknown variable {{total.toString}}"],
    ["{{buyer.constructor.name}}", "1: unknown variable {{buyer.constructor.name}}"],
    ["{{helperMissing}}", "1: unknown variable {{helperMissing}}"],
    ["{{#blockHelperMissing}}{{/blockHelperMissing}}", "1: {{#blockHelperMissing}} is not allowed"],
    ["x\n{{#if shop}}", "is not closed, or is malformed"],
    ["x\n{{#if shop}}\n{{/each}}", "2: {{#if}} is closed by {{/each}}"],
    ["x {{", "1: a {{…}} is not closed, or is malformed"],
    ["", "1: the text is empty"],
    ["x".repeat(4_097), "1: is too long: 4097 bytes, at most 4096"],
    [`\n${"{{shop}}".repeat(121)}`, "2: holds more than 120 {{…}} and brackets"],
    ["a\nb\u202ec", "2: holds a control character, or one that changes the direction of text"],
    ["a\u0007", "1: holds a control character"],
    ["{{#if shop}}".repeat(5) + "{{/if}}".repeat(5), "1: blocks are nested more than 4 deep"],
    [`{{mask ${"(mask ".repeat(5)}shop${")".repeat(5)}}}`, "1: helpers are nested more than 4 deep"],
  ])("%.60s", (source, message) => {
    const faults = faultsOf(source);
    expect(faults).toHaveLength(1);
    expect(faults[0]).toContain(message);
  });

  it("comes all at once", () => {
    expect(
      faultsOf("{{a}}\n{{#each items}}\n{{b}}{{/each}}\n{{moeny total}}").map((fault) => fault.slice(0, 2)),
    ).toEqual(["1:", "3:", "4:"]);
  });

  it("allows else-chains longer than blocks may nest", () => {
    expect(render(`{{#if buyer.tier}}a${"{{else if shop}}b".repeat(6)}{{/if}}`)).toBe("a");
  });
});

describe("safety", () => {
  it("takes text only, never a ready-made syntax tree", () => {
    const tree = { type: "Program", body: [{ type: "ContentStatement", value: "x" }] };
    expect(() => compileTemplate(tree as unknown as string)).toThrow(TypeError);
  });

  it("accepts or refuses anything within 50 ms and runs none of it", () => {
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

  it("does not evaluate what data brings", () => {
    const named = buildTemplateData({
      ...SAMPLE_FACTS,
      buyer: { ...SAMPLE_FACTS.buyer, name: "{{total}} {{{shop}}}" },
    });
    expect(render("Hi {{buyer.name}}", named)).toBe("Hi {{total}} {{{shop}}}");
  });
});
