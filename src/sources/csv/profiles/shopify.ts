/** `orders_export.csv` of Shopify: one row an item, and the cells of the order stand in the first row of its `Name` alone. */
import { ANYWHERE, type Profile } from "./profile.ts";

export const shopify: Profile = {
  ...ANYWHERE,
  name: "shopify",
  known: ["Name", "Financial Status", "Total", "Created at"],
  groupBy: "number",
  columns: {
    // Webhooks know the order by this id; `Name` is not unique across shops.
    id: ["Id"],
    number: ["Name"],
    status: ["Financial Status"],
    amount: ["Total"],
    due: ["Outstanding Balance"],
    currency: ["Currency"],
    createdAt: ["Created at"],
    paidAt: ["Paid at"],
    closedAt: ["Cancelled at"],
    dueAt: ["Next Payment Due At"],
    "buyer.phone": ["Phone", "Billing Phone", "Shipping Phone"],
    "buyer.name": ["Billing Name", "Shipping Name"],
    "buyer.email": ["Email"],
    "buyer.country": ["Billing Country", "Shipping Country"],
    paymentMethod: ["Payment Method"],
    tags: ["Tags"],
    shipped: ["Fulfillment Status"],
    note: ["Notes"],
    "item.sku": ["Lineitem sku"],
    "item.title": ["Lineitem name"],
    "item.quantity": ["Lineitem quantity"],
    "item.price": ["Lineitem price"],
  },
};
