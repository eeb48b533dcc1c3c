// Shows the description of the API. Nothing is fetched from elsewhere: the validator is switched off.
SwaggerUIBundle({
  url: "/openapi.json",
  dom_id: "#docs",
  deepLinking: true,
  validatorUrl: null,
});
