console.log(`running on Node ${process.versions.node}`);
